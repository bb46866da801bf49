// Packs the package, unpacks it into an empty folder beside the dependencies it declares, and uses it there as its users
// do: the command builds a model, and the library is imported. Needs `npm run build`.

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'nabla-package-'));

function run(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

try {
  const [{ filename, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], root),
  );
  const modules = join(folder, 'node_modules');
  const installed = join(modules, 'nabla');
  mkdirSync(installed, { recursive: true });
  run('tar', ['xzf', join(folder, filename), '-C', installed, '--strip-components=1'], folder);

  const stray = files.map(({ path }) => path).filter((path) => /^(test|bench|\.)|^examples\/.*\//.test(path));
  if (stray.length > 0) throw new Error(`does not belong in the package: ${stray.join(', ')}`);

  // Development dependencies are left out: what runs must not need them.
  const { dependencies, devDependencies, bin } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  );
  const present = readdirSync(join(root, 'node_modules')).filter(
    (name) => !name.startsWith('.') && !(name in devDependencies),
  );
  for (const name of present) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  for (const name of Object.keys(dependencies)) {
    if (!present.includes(name)) throw new Error(`the dependency ${name} is not installed`);
  }

  writeFileSync(
    join(folder, 'bowl.nabla'),
    'model Bowl {\n  param x: real[3]\n  loss sum(x[i]^2 for i in 3)\n}\n',
  );
  const nabla = (...args) => run(process.execPath, [join(installed, bin.nabla), ...args], folder);
  const version = nabla('--version').trim();
  nabla('build', 'bowl.nabla');
  if (!readFileSync(join(folder, 'bowl.ts'), 'utf8').includes('bowlLossAndGradient'))
    throw new Error('bowl.ts is wrong');
  nabla('gradcheck', 'bowl.nabla');

  const use = `import { compile } from 'nabla'; console.log((await compile('model M { param x: real; loss x^2 }')).files.length)`;
  if (run(process.execPath, ['--input-type=module', '--eval', use], folder).trim() !== '1')
    throw new Error('the library failed');
  console.log(`nabla ${version}: ${files.length} files in the package, the command and the library work`);
} finally {
  rmSync(folder, { recursive: true });
}
