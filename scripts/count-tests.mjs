// Prints how many tests passed and failed, from vitest's JSON report: `node scripts/count-tests.mjs report.json exit-code`.
// A file that could not be loaded counts as a failed test, and so does a run that failed for a reason of its own.

import { readFileSync } from 'node:fs';

const [report, exitCode] = process.argv.slice(2);
const { testResults } = JSON.parse(readFileSync(report, 'utf8'));

const count = (status) =>
  testResults.flatMap((file) => file.assertionResults).filter((test) => test.status === status).length;
const broken = testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
).length;

const passed = count('passed');
const failed = count('failed') + broken;
const unexplained = (exitCode !== '0' && failed === 0) || passed + failed === 0 ? 1 : 0;
console.log(`${passed} ${failed + unexplained}`);
