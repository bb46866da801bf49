// The elements of the page, and what is shown in them.

import { chart } from './chart.ts';
import { classes, type Device } from './trainer.ts';

function element<E extends Element>(selector: string, kind: new () => E): E {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}

const show = (selector: string, text: string): void => {
  element(selector, HTMLElement).textContent = text;
};
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const trainButton = element('#train', HTMLButtonElement);
export const restartButton = element('#restart', HTMLButtonElement);
export const clearButton = element('#clear', HTMLButtonElement);
export const paper = element('#pad', HTMLCanvasElement);
export const seen = element('#seen', HTMLCanvasElement);

const curve = chart(element('#chart', SVGSVGElement));
const radio = (device: Device): HTMLInputElement =>
  element(`input[name="device"][value="${device}"]`, HTMLInputElement);
const bars = Array.from({ length: classes }, (_, digit) => {
  const bar = document.createElement('li');
  bar.innerHTML = `<span>${digit}</span><meter min="0" max="1" value="0"></meter><span class="share"></span>`;
  element('#probabilities', HTMLOListElement).append(bar);
  return bar;
});

export function showStatus(text: string): void {
  show('#status', text);
}

export function showLoss(steps: number, loss: number, device: Device): void {
  curve.add(steps, loss, device);
  show('#steps', steps.toLocaleString('en'));
  show('#loss', curve.smoothLoss()?.toFixed(3) ?? '–');
}

export function showTime(device: Device, milliseconds: number): void {
  show(`#${device}-time`, `${milliseconds.toFixed(1)} ms`);
}

export function showAccuracy(share: number): void {
  show('#accuracy', percent(share));
}

export function showRestart(): void {
  curve.clear();
  show('#steps', '0');
  show('#loss', '–');
}

export function showSource(text: string): void {
  show('#source', text);
}

export function showRunning(running: boolean): void {
  trainButton.textContent = running ? 'Pause' : 'Train';
}

/** Whether what is shown is still changing. */
export function showBusy(busy: boolean): void {
  document.body.ariaBusy = String(busy);
}

/** What the network reads, or nothing. */
export function showReading(prediction?: number, probability?: ArrayLike<number>): void {
  show('#prediction', prediction === undefined ? '?' : String(prediction));
  bars.forEach((bar, digit) => {
    const share = probability?.[digit] ?? 0;
    bar.classList.toggle('best', digit === prediction);
    bar.querySelector('meter')!.value = share;
    bar.querySelector('.share')!.textContent = probability === undefined ? '' : percent(share);
  });
}

/** Lets the user train, on one of these devices. */
export function allow(devices: readonly Device[], choose: (device: Device) => void): void {
  for (const device of devices) {
    radio(device).disabled = false;
    radio(device).addEventListener('change', () => choose(device));
  }
  for (const button of [trainButton, restartButton]) button.disabled = false;
}

export function showDevice(device: Device): void {
  radio(device).checked = true;
  document.body.dataset.device = device;
}
