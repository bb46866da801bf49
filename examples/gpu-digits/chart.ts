// The loss curve, as SVG: the loss on a logarithmic scale, in the colour of the device that computed it.

import type { Device } from './trainer.ts';

interface Point {
  readonly step: number;
  readonly loss: number;
  /** A mean in which the last losses weigh most. */
  readonly smooth: number;
  readonly device: Device;
}

const [left, right, top, bottom] = [44, 628, 12, 366];
const [floor, ceiling] = [0.02, 4];
const ticks = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 4];
/** More points than pixels are of no use. */
const mostPoints = 1200;

const y = (loss: number): number => {
  const height = Math.log(Math.min(Math.max(loss, floor), ceiling) / floor) / Math.log(ceiling / floor);
  return bottom - height * (bottom - top);
};

export function chart(svg: SVGSVGElement) {
  let points: Point[] = [];

  function add(step: number, loss: number, device: Device): void {
    const before = points.at(-1)?.smooth ?? loss;
    const weight = Math.max(0.15, 1 / (1 + points.length));
    points.push({ step, loss, smooth: before + weight * (loss - before), device });
    if (points.length > mostPoints) points = points.filter((_, i) => i % 2 === 1);
    draw();
  }

  function clear(): void {
    points = [];
    draw();
  }

  function draw(): void {
    const last = Math.max(200, points.at(-1)?.step ?? 0);
    const x = (step: number): number => left + ((right - left) * step) / last;
    const every = niceStep(last / 5);
    const across = Array.from({ length: Math.floor(last / every) + 1 }, (_, i) => i * every);
    svg.innerHTML = [
      ...ticks.map(
        (loss) =>
          `<path class="rule" d="M${left} ${y(loss)}H${right}"/><text x="${left - 8}" y="${y(loss) + 4}" text-anchor="end">${loss}</text>`,
      ),
      ...across.map(
        (step) =>
          `<text x="${x(step)}" y="${bottom + 20}" text-anchor="middle">${step.toLocaleString('en')}</text>`,
      ),
      ...runs(points).flatMap((run) => [
        `<path class="raw ${run.at(-1)?.device}" d="${path(run.map((point) => [x(point.step), y(point.loss)]))}"/>`,
        `<path class="smooth ${run.at(-1)?.device}" d="${path(run.map((point) => [x(point.step), y(point.smooth)]))}"/>`,
      ]),
    ].join('');
  }

  clear();
  return { add, clear, smoothLoss: () => points.at(-1)?.smooth };
}

/** The points of one device after the other; each run starts where the one before it ends. */
function runs(points: readonly Point[]): Point[][] {
  const found: Point[][] = [];
  let before: Point | undefined;
  for (const point of points) {
    if (point.device === before?.device) found.at(-1)?.push(point);
    else found.push(before === undefined ? [point] : [before, point]);
    before = point;
  }
  return found;
}

const path = (points: readonly (readonly [x: number, y: number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/** The least of 1, 2, 5, 10, 20 … that is not below. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((digit) => digit * power >= least) ?? 10);
}
