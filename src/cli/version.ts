// The version of the package that runs.

import { readFileSync } from 'node:fs';

/** package.json stands two folders up from the sources (src/cli), three from what is run (dist/src/cli). */
function read(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as Record<
        string,
        unknown
      >;
      if (name === 'nabla' && typeof version === 'string') return version;
    } catch {
      // Not there: look one further up.
    }
  }
  return 'unknown';
}

export const version = read();
