import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { digitsFile } from './digits-file.mjs';
import { nabla } from './nabla.mjs';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Any path will do, as on GitHub Pages.
  base: './',
  publicDir: false,
  plugins: [nabla(), digitsFile()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022' },
});
