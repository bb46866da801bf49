// Sees to it that the tests find an implementation of WebGPU on which they can run WGSL. Where there is none and the system is
// Debian, it installs SwiftShader, the software driver of Chromium, and the Vulkan loader. With both present it only looks.

import { spawnSync } from 'node:child_process';
import chooseDriver, { chosenDriver } from './gpu-driver.mjs';

const packages = ['chromium-common', 'libvulkan1'];
const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
const steps = [
  [...apt, 'update'],
  [...apt, 'install', '-y', '--no-install-recommends', ...packages],
];

/** Exits with what the user can do about it. */
function stop(reason) {
  console.error(`setup-gpu: ${reason}`);
  process.exit(1);
}

/** Whether WebGPU finds something to run on. In a process of its own: what a loader has once missed stays missing. */
function hasAdapter() {
  const script = `
    const { create } = await import('webgpu');
    const gpu = create([]);
    process.exit((await gpu.requestAdapter()) === null ? 3 : 0);`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0 && status !== 3) stop(`the package webgpu cannot be used here.\n${stderr}`);
  return status === 0;
}

function isRunnable(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

function install() {
  const byHand = `by hand:\n${steps.map((step) => `  sudo ${step.join(' ')}`).join('\n')}`;
  const isRoot = process.getuid() === 0;
  if (!isRunnable('apt-get')) {
    stop(`no Vulkan driver to run WGSL on, and no apt-get to install one with. Install the Vulkan loader and any driver, a
software one or that of a GPU, and name the driver's .json file in VK_DRIVER_FILES.`);
  }
  if (!isRoot && !isRunnable('sudo')) {
    stop(`no Vulkan driver to run WGSL on; to install one takes root. Do it ${byHand}`);
  }
  console.error(`setup-gpu: installing ${packages.join(' and ')}, on which the tests run WGSL without a GPU`);
  // Without a terminal sudo could only wait for a password that nobody types.
  const prefix = isRoot ? [] : process.stdin.isTTY ? ['sudo'] : ['sudo', '-n'];
  for (const step of steps) {
    const [command, ...args] = [...prefix, ...step];
    // Whatever apt says goes where our own words go.
    if (spawnSync(command, args, { stdio: ['inherit', process.stderr, 'inherit'] }).status !== 0) {
      stop(`\`${step.join(' ')}\` failed. Try it ${byHand}`);
    }
  }
}

// What the user has chosen is left alone, also where it does not work.
const mayInstall = process.platform === 'linux' && !chosenDriver();
chooseDriver();
let works = (!mayInstall || chosenDriver() !== undefined) && hasAdapter();
if (!works && mayInstall) {
  install();
  chooseDriver();
  works = hasAdapter();
}
if (!works) {
  stop(
    chosenDriver() === undefined
      ? 'WebGPU finds nothing to run WGSL on.'
      : `WebGPU finds nothing to run WGSL on; the Vulkan driver is that of ${chosenDriver()}.`,
  );
}
