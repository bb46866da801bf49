// The report as one SVG: how the loss fell, how the accuracy rose, and the digits that were misread.

import { side } from './data.mjs';

const ink = '#1f2328';
const muted = '#68717c';
const rule = '#e4e8ec';
const blue = '#2864c8';
const orange = '#d9620f';

const width = 1000;
const margin = 48;
const chartTop = 150;
const chartHeight = 250;
const sheetTop = chartTop + chartHeight + 130;

const escape = (text) =>
  text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character]);
/** Two decimals of a pixel are enough, and keep the file small. */
const at = (value) => String(Math.round(100 * value) / 100);

function text(x, y, content, { size = 12, fill = muted, anchor = 'start', weight = 400 } = {}) {
  const style = `font-size="${size}" fill="${fill}" text-anchor="${anchor}" font-weight="${weight}"`;
  return `<text x="${at(x)}" y="${at(y)}" ${style}>${escape(content)}</text>`;
}

const line = (x1, y1, x2, y2, stroke) =>
  `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${stroke}"/>`;

function curve(points, { stroke, width: strokeWidth = 2, opacity = 1 }) {
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('');
  const style = `stroke="${stroke}" stroke-width="${strokeWidth}" stroke-opacity="${opacity}" stroke-linejoin="round"`;
  return `<path d="${path}" fill="none" ${style}/>`;
}

const dots = (points, fill) =>
  points.map(
    ([x, y]) =>
      `<circle cx="${at(x)}" cy="${at(y)}" r="3.5" fill="${fill}" stroke="#fff" stroke-width="1.5"/>`,
  );

/** A frame with grid, ticks and titles; `x` and `y` map data to pixels. */
function frame({ left, right, title, ticksX, ticksY, x, y, labelX }) {
  const bottom = chartTop + chartHeight;
  return [
    text(left, chartTop - 18, title, { size: 14, fill: ink, weight: 600 }),
    ...ticksY.flatMap(({ value, label }) => [
      line(left, y(value), right, y(value), rule),
      text(left - 8, y(value) + 4, label, { anchor: 'end' }),
    ]),
    line(left, bottom, right, bottom, muted),
    ...ticksX.flatMap((value) => [
      line(x(value), bottom, x(value), bottom + 5, muted),
      text(x(value), bottom + 20, String(value), { anchor: 'middle' }),
    ]),
    text((left + right) / 2, bottom + 42, labelX, { anchor: 'middle' }),
  ];
}

/** Short strokes with their meaning, in a row that ends at `right`. */
function legend(right, entries) {
  const y = chartTop - 22;
  let x = right - entries.reduce((sum, { label }) => sum + 34 + 6.4 * label.length, 0) + 8;
  return entries.flatMap(({ label, stroke, opacity = 1 }) => {
    const mark = `<line x1="${x}" y1="${y}" x2="${x + 16}" y2="${y}" stroke="${stroke}" stroke-width="3" stroke-opacity="${opacity}"/>`;
    const words = text(x + 21, y + 4, label);
    x += 34 + 6.4 * label.length;
    return [mark, words];
  });
}

/** So many steps are averaged; the raw losses of mini-batches jump. */
const averaged = 40;

/** Each step with the mean of as many steps up to it, from the first that has as many. */
function smooth(values) {
  return values.slice(averaged - 1).map((_, first) => {
    const window = values.slice(first, first + averaged);
    return { step: first + averaged, loss: window.reduce((sum, value) => sum + value, 0) / averaged };
  });
}

const epochTicks = (epochs) => {
  const every = Math.ceil(epochs / 6);
  return Array.from({ length: Math.floor(epochs / every) + 1 }, (_, i) => i * every);
};

function lossChart({ losses, history }) {
  const [left, right] = [margin + 40, 560];
  const epochs = history.length - 1;
  const ticks = [-4, -3, -2, -1, 0].flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
  const smoothed = smooth(losses);
  const shown = [...smoothed, ...history].map(({ loss }) => loss);
  const floor = Math.min(...shown) / 2;
  const ceiling = Math.max(...shown) * 1.3;
  const x = (epoch) => left + ((right - left) * epoch) / epochs;
  const y = (loss) => {
    const height = Math.log(Math.min(Math.max(loss, floor), ceiling) / floor) / Math.log(ceiling / floor);
    return chartTop + chartHeight * (1 - height);
  };
  const perStep = epochs / losses.length;
  const held = history.map(({ loss }, epoch) => [x(epoch), y(loss)]);
  return [
    ...frame({
      left,
      right,
      title: 'Loss',
      ticksX: epochTicks(epochs),
      ticksY: ticks
        .filter((tick) => tick >= floor && tick <= ceiling)
        .map((value) => ({ value, label: String(value) })),
      x,
      y,
      labelX: 'epoch',
    }),
    ...legend(right, [
      // Shifted images are harder, hence this loss lies above that of the held-out ones.
      { label: 'training (on shifted images)', stroke: blue, opacity: 0.3 },
      { label: `mean of ${averaged}`, stroke: blue },
      { label: 'held out', stroke: orange },
    ]),
    curve(
      losses.map((loss, i) => [x((i + 1) * perStep), y(loss)]),
      { stroke: blue, width: 0.7, opacity: 0.3 },
    ),
    curve(
      smoothed.map(({ step, loss }) => [x(step * perStep), y(loss)]),
      { stroke: blue },
    ),
    curve(held, { stroke: orange }),
    ...dots(held, orange),
  ];
}

function accuracyChart({ history, accuracy }) {
  const [left, right] = [680, width - margin];
  const epochs = history.length - 1;
  const known = history.map(({ accuracy: share }, epoch) => ({ epoch, share })).slice(1);
  const floor = Math.floor(Math.min(...known.map(({ share }) => share)) * 50) / 50;
  const x = (epoch) => left + ((right - left) * epoch) / epochs;
  const y = (share) => chartTop + chartHeight * (1 - (share - floor) / (1 - floor));
  const steps = Math.round((1 - floor) * 50);
  const every = Math.ceil(steps / 6);
  const ticksY = Array.from({ length: Math.floor(steps / every) + 1 }, (_, i) => 1 - (i * every) / 50);
  const points = known.map(({ epoch, share }) => [x(epoch), y(share)]);
  const [lastX, lastY] = points.at(-1);
  return [
    ...frame({
      left,
      right,
      title: 'Held-out accuracy',
      ticksX: epochTicks(epochs),
      ticksY: ticksY.map((value) => ({ value, label: `${Math.round(100 * value)} %` })),
      x,
      y,
      labelX: 'epoch',
    }),
    curve(points, { stroke: orange }),
    ...dots(points, orange),
    text(lastX, lastY - 12, `${(100 * accuracy).toFixed(1)} %`, {
      anchor: 'end',
      fill: orange,
      weight: 600,
      size: 13,
    }),
  ];
}

const shades = 6;

/** The pixels of one shade are one path, a box for each run along a row. */
function shadePath(image, shade) {
  let path = '';
  for (let row = 0; row < side; row++) {
    const isShade = (column) => column < side && Math.round(image[row * side + column] * shades) === shade;
    for (let column = 0; column < side; column++) {
      if (!isShade(column)) continue;
      const start = column;
      while (isShade(column + 1)) column += 1;
      path += `M${start} ${row}h${column + 1 - start}v1h${start - column - 1}z`;
    }
  }
  return path === '' ? '' : `<path d="${path}" fill-opacity="${at(shade / shades)}"/>`;
}

function digit(image, x, y) {
  const paths = Array.from({ length: shades }, (_, level) => shadePath(image, level + 1));
  const style = `transform="translate(${at(x)} ${at(y)}) scale(${scale})" fill="${ink}" shape-rendering="crispEdges"`;
  return `<g ${style}>${paths.join('')}</g>`;
}

const columns = 12;
/** Pixels of the picture for one of the image. */
const scale = 2;
const box = scale * side + 8;
const columnWidth = (width - 2 * margin - box) / (columns - 1);
const rowHeight = box + 32;
const mostShown = 96;

function sheet({ misread, count }) {
  // Rows read like a book: all the zeros first, then what was mistaken for a one, and so on.
  const shown = misread.toSorted((a, b) => a.label - b.label || a.read - b.read).slice(0, mostShown);
  const more = misread.length > shown.length ? `, the first ${shown.length} shown` : '';
  const legend = `${misread.length} of ${count} held-out digits${more}. Below each: what it is, and what was read.`;
  return [
    text(margin, sheetTop - 42, 'Misread digits', { size: 14, fill: ink, weight: 600 }),
    text(margin, sheetTop - 22, legend),
    ...shown.flatMap(({ image, label, read }, i) => {
      const x = margin + (i % columns) * columnWidth;
      const y = sheetTop + Math.floor(i / columns) * rowHeight;
      return [
        `<rect x="${at(x)}" y="${at(y)}" width="${box}" height="${box}" rx="4" fill="none" stroke="${rule}"/>`,
        digit(image, x + 4, y + 4),
        `<text x="${at(x + box / 2)}" y="${at(y + box + 17)}" font-size="12" text-anchor="middle" fill="${muted}">` +
          `<tspan fill="${ink}" font-weight="600">${label}</tspan> → <tspan fill="${orange}" font-weight="600">${read}</tspan></text>`,
      ];
    }),
  ];
}

export function drawReport(report) {
  const { misread, accuracy, count, layers, median, batch, losses } = report;
  const rows = Math.ceil(Math.min(misread.length, mostShown) / columns);
  const height = sheetTop + rows * rowHeight + margin - 12;
  const facts = `${layers.join('-')} perceptron · ${losses.length} steps of ${batch} digits · ${median.toFixed(1)} ms a step`;
  const body = [
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(margin, 56, `${(100 * accuracy).toFixed(1)} % of ${count} handwritten digits read correctly`, {
      size: 24,
      fill: ink,
      weight: 600,
    }),
    text(margin, 82, facts, { size: 14 }),
    ...lossChart(report),
    ...accuracyChart(report),
    ...sheet(report),
  ];
  const fonts = `font-family="system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif"`;
  const size = `width="${width}" height="${at(height)}" viewBox="0 0 ${width} ${at(height)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${fonts}>\n${body.join('\n')}\n</svg>\n`;
}
