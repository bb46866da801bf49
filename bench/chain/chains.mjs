// Straight programs of any length, and their gradients by a loop that carries derivatives along.

/**
 * `source(n)` is a model of n statements, of about `operations` each once its gradient is emitted; `reference(n)` is loss and
 * gradient at `point`, where values stay bounded and adjoints neither vanish nor overflow.
 */
export const chains = {
  /** Every statement needs the one before it, twice. Near a fixed point of t -> sin(t) * t + y with a derivative of almost 1. */
  calls: {
    operations: 9,
    point: { x: 0.5, y: 0.262 },
    source(n) {
      const statements = numbers(n).map((i) => `let t${i + 1} = sin(t${i}) * t${i} + y`);
      return model(['let t0 = x', ...statements, `loss t${n}`]);
    },
    reference(n) {
      const { x, y } = this.point;
      let [t, dx, dy] = [x, 1, 0];
      for (let i = 0; i < n; i++) {
        const partial = Math.cos(t) * t + Math.sin(t);
        [t, dx, dy] = [Math.sin(t) * t + y, partial * dx, partial * dy + 1];
      }
      return { loss: t, x: dx, y: dy };
    },
  },

  /**
   * No calls: four chains side by side, so that a processor that waits for one has others. Each is a Hénon map, which keeps
   * areas: near its fixed point it turns, and so do derivatives.
   */
  products: {
    operations: 8,
    point: { x: 0.2, y: 0.7 },
    source(n) {
      const first = numbers(8).map((i) => `let t${i} = x * ${starts[i]}`);
      const statements = numbers(n).map((i) => `let t${i + 8} = t${i + 4} * (y - t${i + 4}) - t${i}`);
      const last = numbers(8).map((i) => `t${n + i}`);
      return model([...first, ...statements, `loss ${last.join(' + ')}`]);
    },
    reference(n) {
      const { x, y } = this.point;
      const t = starts.map((start) => x * start);
      const dx = [...starts];
      const dy = starts.map(() => 0);
      for (let i = 0; i < n; i++) {
        const [value, partial] = [t[i + 4], y - 2 * t[i + 4]];
        t.push(value * (y - value) - t[i]);
        dx.push(partial * dx[i + 4] - dx[i]);
        dy.push(partial * dy[i + 4] + value - dy[i]);
      }
      const sumOfLast = (values) => values.slice(n).reduce((sum, one) => sum + one, 0);
      return { loss: sumOfLast(t), x: sumOfLast(dx), y: sumOfLast(dy) };
    },
  },
};

const starts = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];

const numbers = (n) => Array.from({ length: n }, (_, i) => i);

const model = (statements) =>
  `model Chain {\n  param x: real, y: real\n${statements.map((statement) => `  ${statement}\n`).join('')}}\n`;
