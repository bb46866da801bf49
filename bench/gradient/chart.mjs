// The ratios of all models in one picture, on a logarithmic axis: a dot for each median, a line between the quartiles.

import { quartiles } from '../harness.mjs';

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
  const [low, high] = [Math.min(0.1, ...all), Math.max(5, ...all)].map(Math.log);
  const x = (ratio) => (LEFT + ((Math.log(ratio) - low) / (high - low)) * WIDTH).toFixed(1);
  const bottom = TOP + models.length * ROW;
  const axis = TICKS.filter((tick) => Math.log(tick) >= low && Math.log(tick) <= high).flatMap((tick) => [
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
  const size = `width="${LEFT + WIDTH + 30}" height="${bottom + 30}"`;
  const style = 'font-family="sans-serif" font-size="12"';
  const body = ['<rect width="100%" height="100%" fill="#ffffff"/>', ...axis, ...legend, ...rows];
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}>\n${body.join('\n')}\n</svg>\n`;
}

const line = (x1, y1, x2, y2, color) =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${color}" stroke-width="1.5"/>`;

const dot = (x, y, color) => `<circle cx="${x}" cy="${y}" r="3.5" fill="${color}"/>`;

const text = (x, y, content, anchor) => `<text x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;
