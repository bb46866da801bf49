// The ratios of all models in one picture, on a logarithmic axis: a dot for each median, a line between the quartiles.

import { quartiles } from '../harness.mjs';
import { dot, line, logarithmic, picture, text } from '../svg.mjs';

const LEFT = 150;
const WIDTH = 640;
const ROW = 26;
const TOP = 48;
const TICKS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20];
const COLORS = { 'gradient / loss': '#888888', 'emitted / plain': '#4477aa', 'emitted / tuned': '#cc3311' };

/** An SVG of `{ model: { head: [ratio of each round] } }`. */
export function chart(ratios) {
  const models = Object.entries(ratios);
  const all = models.flatMap(([, heads]) => Object.values(heads).flat());
  const [low, high] = [Math.min(0.1, ...all), Math.max(5, ...all)];
  const x = logarithmic(low, high, LEFT, LEFT + WIDTH);
  const bottom = TOP + models.length * ROW;
  const axis = TICKS.filter((tick) => tick >= low && tick <= high).flatMap((tick) => [
    line(x(tick), TOP - 8, x(tick), bottom, tick === 1 ? '#000000' : '#dddddd'),
    text(x(tick), bottom + 16, tick, 'middle'),
  ]);
  const legend = Object.entries(COLORS).flatMap(([head, color], i) => [
    dot(LEFT + 10 + 180 * i, 16, color),
    text(LEFT + 20 + 180 * i, 20, head, 'start'),
  ]);
  const rows = models.flatMap(([model, heads], i) => {
    const y = TOP + i * ROW + 8;
    const marks = Object.entries(heads).flatMap(([head, values], j) => {
      const [first, middle, third] = quartiles(values);
      const at = y - 5 + 5 * j;
      return [line(x(first), at, x(third), at, COLORS[head]), dot(x(middle), at, COLORS[head])];
    });
    return [text(LEFT - 10, y + 4, model, 'end'), ...marks];
  });
  return picture(LEFT + WIDTH + 30, bottom + 30, [...axis, ...legend, ...rows]);
}
