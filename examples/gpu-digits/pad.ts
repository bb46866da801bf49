// Paper to draw a digit on. What is drawn is made as large as the digits of the training data, and centred like them.

import { pixels } from './trainer.ts';

const side = 28;
/** Digits are this large within their 28 pixels. */
const inkSide = 20;

const contextOf = (canvas: HTMLCanvasElement): CanvasRenderingContext2D => {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('there is no 2d canvas');
  return context;
};

/** `changed` is given the ink of each of 28 x 28 pixels, or nothing when the paper is empty. */
export function pad(
  paper: HTMLCanvasElement,
  seen: HTMLCanvasElement,
  changed: (image: Float32Array | undefined) => void,
) {
  const context = contextOf(paper);
  Object.assign(context, { lineWidth: 22, lineCap: 'round', lineJoin: 'round' });
  let from: readonly [number, number] | undefined;

  function strokeTo(event: PointerEvent): void {
    if (from === undefined) return;
    const box = paper.getBoundingClientRect();
    const scale = paper.width / box.width;
    const to = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale] as const;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    from = to;
    changed(shrink(paper, seen));
  }
  paper.addEventListener('pointerdown', (event) => {
    paper.setPointerCapture(event.pointerId);
    const box = paper.getBoundingClientRect();
    const scale = paper.width / box.width;
    from = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    strokeTo(event);
  });
  paper.addEventListener('pointermove', strokeTo);
  for (const end of ['pointerup', 'pointercancel'] as const)
    paper.addEventListener(end, () => {
      from = undefined;
    });

  return {
    clear(): void {
      context.clearRect(0, 0, paper.width, paper.height);
      changed(shrink(paper, seen));
    },
  };
}

/** Draws the paper into the 28 x 28 pixels of `seen`, with the centre of the ink in the middle, and returns these. */
function shrink(paper: HTMLCanvasElement, seen: HTMLCanvasElement): Float32Array | undefined {
  const { width, height } = paper;
  const { data } = contextOf(paper).getImageData(0, 0, width, height);
  let [left, right, top, bottom] = [width, 0, height, 0];
  let [ink, atX, atY] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const alpha = data[4 * (y * width + x) + 3]!;
      if (alpha === 0) continue;
      [left, right, top, bottom] = [
        Math.min(left, x),
        Math.max(right, x + 1),
        Math.min(top, y),
        Math.max(bottom, y + 1),
      ];
      ink += alpha;
      atX += alpha * (x + 0.5);
      atY += alpha * (y + 0.5);
    }
  }
  const context = contextOf(seen);
  context.clearRect(0, 0, side, side);
  if (ink === 0) return undefined;
  const [w, h] = [right - left, bottom - top];
  const scale = inkSide / Math.max(w, h);
  const [x, y] = [side / 2 - (atX / ink - left) * scale, side / 2 - (atY / ink - top) * scale];
  context.imageSmoothingQuality = 'high';
  context.drawImage(paper, left, top, w, h, x, y, w * scale, h * scale);
  const small = context.getImageData(0, 0, side, side).data;
  return Float32Array.from({ length: pixels }, (_, p) => small[4 * p + 3]! / 255);
}
