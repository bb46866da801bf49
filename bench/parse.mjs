// What parsing costs: `npm run build && node bench/parse.mjs`. CPU time, since wall time depends on the neighbours; the time for a line has
// to be the same for a short and for a long file.

import { parse } from '../dist/src/lang/parse.js';

function model(lines) {
  const lets = Array.from(
    { length: lines - 5 },
    (_, line) => `  let a${line}[i in N] = x[i] * sin(w + ${line}) - sum(x[j]^2 for j in 0..i)`,
  );
  return ['model M {', '  dim N', '  param x: real[N], w: real', ...lets, '  loss sum(a0)', '}', ''].join(
    '\n',
  );
}

function measure(text) {
  const start = process.cpuUsage();
  const { diagnostics } = parse({ path: 'bench.nabla', text });
  if (diagnostics.length > 0) throw new Error(diagnostics[0]?.message);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

measure(model(2000));
console.log('  lines      KB   ms CPU   µs a line   MB RSS');
for (const lines of [100, 1000, 10_000, 50_000]) {
  const text = model(lines);
  const time = median(Array.from({ length: lines > 10_000 ? 3 : 5 }, () => measure(text)));
  const cells = [lines, text.length / 1000, time, (time / lines) * 1000, process.memoryUsage().rss / 1e6];
  const widths = [7, 8, 9, 12, 9];
  console.log(cells.map((cell, index) => cell.toFixed(0).padStart(widths[index] ?? 0)).join(''));
}
