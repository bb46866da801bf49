// What charts are drawn with.

export const line = (x1, y1, x2, y2, color, extra = '') =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${color}" stroke-width="1.5"${extra}/>`;

export const dot = (x, y, color) => `<circle cx="${x}" cy="${y}" r="3.5" fill="${color}"/>`;

export const text = (x, y, content, anchor) =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;

/** A whole picture on white. */
export function picture(width, height, body) {
  const size = `width="${width}" height="${height}"`;
  const style = 'font-family="sans-serif" font-size="12"';
  const all = ['<rect width="100%" height="100%" fill="#ffffff"/>', ...body];
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}>\n${all.join('\n')}\n</svg>\n`;
}

/** Where a value of low to high lies between two places of a logarithmic axis. */
export const logarithmic = (low, high, from, to) => (value) =>
  (from + (Math.log(value / low) / Math.log(high / low)) * (to - from)).toFixed(1);
