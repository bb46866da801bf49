// A progress bar where a person looks on, plain lines otherwise.

const width = 24;

export function progress(stream, epochs, total) {
  const start = performance.now();
  const isLive = stream.isTTY === true;
  let shownAt = -Infinity;

  function bar({ epoch, done, loss, accuracy }) {
    const eighths = Math.round((8 * width * done) / total);
    const partial = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8];
    const filled = ('█'.repeat(eighths >> 3) + partial).padEnd(width, '░');
    return `epoch ${String(epoch).padStart(2)}/${epochs}  ${filled}  ${numbers(loss, accuracy)}  ${left(done)}`;
  }

  const numbers = (loss, accuracy) => `loss ${loss.toFixed(4)}  held-out ${(100 * accuracy).toFixed(1)} %`;
  const left = (done) => {
    const elapsed = (performance.now() - start) / 1000;
    return done === total
      ? `${Math.round(elapsed)} s`
      : `${Math.ceil((elapsed / done) * (total - done))} s left`;
  };

  return {
    step(state) {
      const now = performance.now();
      if (!isLive || now - shownAt < 100) return;
      shownAt = now;
      stream.write(`\r\x1b[2K${bar(state)}`);
    },
    epoch(state) {
      const { epoch, done, loss, accuracy } = state;
      if (isLive) stream.write(`\r\x1b[2K${bar(state)}`);
      else
        stream.write(
          `epoch ${String(epoch).padStart(2)}/${epochs}  ${numbers(loss, accuracy)}  ${left(done)}\n`,
        );
    },
    end() {
      if (isLive) stream.write('\n');
    },
  };
}
