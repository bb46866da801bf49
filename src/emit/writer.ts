// Lines of text with indentation: what function bodies are written with.

export class Writer {
  readonly #lines: string[] = [];
  #indent = '';

  line(text: string): void {
    this.#lines.push(this.#indent + text);
  }

  /** An empty line, unless the text begins here or one stands already. */
  gap(): void {
    const last = this.#lines.at(-1);
    if (last !== undefined && last !== '' && !last.endsWith('{')) this.#lines.push('');
  }

  indented(body: () => void): void {
    const before = this.#indent;
    this.#indent += '  ';
    body();
    this.#indent = before;
  }

  text(): string {
    return this.#lines.join('\n');
  }
}
