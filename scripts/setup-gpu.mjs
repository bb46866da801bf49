// Sees to it that the tests find an implementation of WebGPU on which they can run WGSL, and a browser for pages. What is missing
// it installs, where the system is Debian: SwiftShader, the software driver of Chromium, with the Vulkan loader, and Chromium
// itself (not with --driver-only). With all of it present it only looks.

import { spawnSync } from 'node:child_process';
import chooseDriver, { chosenDriver } from './gpu-driver.mjs';

const driver = {
  name: 'Vulkan driver to run WGSL on',
  packages: ['chromium-common', 'libvulkan1'],
  otherwise: `Install the Vulkan loader and any driver, a software one or that of a GPU, and name the driver's .json file in
VK_DRIVER_FILES.`,
};
const browser = {
  name: 'Chromium to open pages with',
  packages: ['chromium'],
  otherwise: 'Install Chromium or Chrome, and name the program in CHROMIUM.',
};

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

/** Installs what is missing, with all that it takes in one go. */
function install(missing) {
  const names = missing.map(({ name }) => `no ${name}`).join(' and ');
  const packages = missing.flatMap((thing) => thing.packages);
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
  const steps = [
    [...apt, 'update'],
    [...apt, 'install', '-y', '--no-install-recommends', ...packages],
  ];
  const byHand = `by hand:\n${steps.map((step) => `  sudo ${step.join(' ')}`).join('\n')}`;
  if (process.platform !== 'linux' || !isRunnable('apt-get')) {
    stop(
      `${names}, and no apt-get to install it with. ${missing.map(({ otherwise }) => otherwise).join('\n')}`,
    );
  }
  const isRoot = process.getuid() === 0;
  if (!isRoot && !isRunnable('sudo')) stop(`${names}; to install takes root. Do it ${byHand}`);
  console.error(`setup-gpu: ${names}; installing ${packages.join(', ')}`);
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
const mayInstallDriver = process.platform === 'linux' && !chosenDriver();
const hasBrowser = () => isRunnable(process.env.CHROMIUM || 'chromium');
const wantsBrowser = !process.argv.includes('--driver-only');
const mayInstallBrowser = !process.env.CHROMIUM;
chooseDriver();
let works = (!mayInstallDriver || chosenDriver() !== undefined) && hasAdapter();
const missing = [
  ...(!works && mayInstallDriver ? [driver] : []),
  ...(wantsBrowser && mayInstallBrowser && !hasBrowser() ? [browser] : []),
];
if (missing.length > 0) {
  install(missing);
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
if (wantsBrowser && !hasBrowser()) stop(`no ${browser.name}. ${browser.otherwise}`);
