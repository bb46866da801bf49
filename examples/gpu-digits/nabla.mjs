// Lets a page import models: `model.nabla` is its TypeScript, `model.nabla?webgpu` its kernels and what runs them.

import { readFile } from 'node:fs/promises';
import { compile, renderDiagnostic } from 'nabla';
import { transformWithOxc } from 'vite';

const targets = { '': 'typescript', webgpu: 'webgpu' };

/** A plugin for Vite. Models are compiled again when they change. */
export function nabla() {
  return {
    name: 'nabla',
    async load(id) {
      const [path, query = ''] = id.split('?');
      if (!path.endsWith('.nabla') || !(query in targets)) return undefined;
      const load = (file) => readFile(file, 'utf8');
      // Params of one kind on both: what a GPU has learned goes on on the CPU as it is.
      const options = { path, load, target: targets[query], precision: 'f32', format: false };
      const { files, diagnostics } = await compile(await load(path), options);
      if (files.length === 0)
        this.error(diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n'));
      return transformWithOxc(files[0].text, files[0].path);
    },
  };
}
