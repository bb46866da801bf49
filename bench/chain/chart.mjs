// The time of compiling over the number of operations, in total and by stage, both axes logarithmic: what is linear runs
// alongside the dashed line.

import { dot, line, logarithmic, picture, text } from '../svg.mjs';

const [LEFT, RIGHT, TOP, BOTTOM] = [70, 560, 20, 420];
const COLORS = ['#000000', '#4477aa', '#ee6677', '#228833', '#ccbb44', '#66ccee', '#aa3377', '#cc3311'];

/** An SVG of `{ stage: [{ operations, time in ms }] }`, all with the same operations. */
export function chart(series) {
  const all = Object.values(series).flat();
  const operations = all.map((point) => point.operations);
  const times = all.map(({ time }) => Math.max(time, 1));
  const [left, right] = [powerBelow(Math.min(...operations)), 1.3 * Math.max(...operations)];
  const [low, high] = [1, 1.3 * Math.max(...times)];
  const x = logarithmic(left, right, LEFT, RIGHT);
  const y = logarithmic(low, high, BOTTOM, TOP);
  const axes = [
    ...powers(left, right).flatMap((tick) => [
      line(x(tick), TOP, x(tick), BOTTOM, '#dddddd'),
      text(x(tick), BOTTOM + 16, tick.toLocaleString('en'), 'middle'),
    ]),
    ...powers(low, high).flatMap((tick) => [
      line(LEFT, y(tick), RIGHT, y(tick), '#dddddd'),
      text(LEFT - 8, Number(y(tick)) + 4, tick.toLocaleString('en'), 'end'),
    ]),
    text((LEFT + RIGHT) / 2, BOTTOM + 36, 'operations', 'middle'),
    text(LEFT - 8, TOP - 4, 'ms', 'end'),
  ];
  // Through the total of the longest program.
  const slope = Object.values(series)[0].at(-1).time / Math.max(...operations);
  const first = Math.max(left, low / slope);
  const linear = line(x(first), y(slope * first), x(right), y(Math.min(high, slope * right)), '#888888', ' stroke-dasharray="6 5"'); // prettier-ignore
  const curves = Object.entries(series).flatMap(([stage, points], i) => {
    const color = COLORS[i];
    const places = points.map((point) => [x(point.operations), y(Math.max(point.time, low))]);
    return [
      ...places.slice(1).map((to, j) => line(...places[j], ...to, color)),
      ...places.map((place) => dot(...place, color)),
      dot(RIGHT + 24, TOP + 14 + 20 * i, color),
      text(RIGHT + 34, TOP + 18 + 20 * i, stage, 'start'),
    ];
  });
  const below = TOP + 14 + 20 * Object.keys(series).length;
  const legend = [
    line(RIGHT + 14, below, RIGHT + 30, below, '#888888', ' stroke-dasharray="6 5"'),
    text(RIGHT + 34, below + 4, 'linear', 'start'),
  ];
  return picture(RIGHT + 110, BOTTOM + 50, [...axes, linear, ...curves, ...legend]);
}

const powerBelow = (value) => 10 ** Math.floor(Math.log10(value));

const powers = (low, high) =>
  Array.from({ length: 12 }, (_, i) => 10 ** i).filter((power) => power >= low && power <= high);
