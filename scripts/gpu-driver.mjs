// Which Vulkan driver the tests run WGSL on: that which VK_DRIVER_FILES names, else SwiftShader, which needs no GPU. As
// vitest's global setup this sets the variable in the main process: the Vulkan loader reads the process's own environment, of
// which worker threads have copies.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A driver that the user has chosen, such as that of a GPU. */
export const chosenDriver = () => process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;

/** The file that describes SwiftShader to the Vulkan loader: Debian has it in the package chromium-common. */
export function swiftshader() {
  try {
    const files = execFileSync('dpkg', ['-L', 'chromium-common'], { encoding: 'utf8', stdio: 'pipe' });
    return files.split('\n').find((file) => file.endsWith('/vk_swiftshader_icd.json') && existsSync(file));
  } catch {
    // No such package, or no Debian.
    return undefined;
  }
}

/** Elsewhere than on Linux, WebGPU does not go through Vulkan. */
export default function chooseDriver() {
  if (process.platform !== 'linux' || chosenDriver()) return;
  const driver = swiftshader();
  if (driver !== undefined) process.env.VK_DRIVER_FILES = driver;
}
