// The words of printed IR, for parse.ts: a cursor over tokens that knows names, values, numbers, operands' extents and types.

import {
  add,
  asConstant,
  constant,
  divide,
  multiply,
  negate,
  symbol,
  type Polynomial,
} from '../base/polynomial.ts';

interface Token {
  readonly kind: 'value' | 'name' | 'number' | 'mark' | 'end';
  readonly text: string;
  readonly offset: number;
}

const name = String.raw`[\p{ID_Start}_$][\p{ID_Continue}$]*|"(?:[^"\\]|\\.)*"`;
const pattern = new RegExp(
  String.raw`(?<space>\s+|\/\/[^\n]*)|(?<value>(?:${name})?%\d+)|(?<name>${name})|(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<mark>\.\.|\+=|[-+*/^()[\]{}<>:,=])`,
  'uy',
);

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  for (let offset = 0; offset < text.length;) {
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) throw mistake(text, offset, `unexpected ${JSON.stringify(text[offset])}`);
    for (const kind of ['value', 'name', 'number', 'mark'] as const) {
      const found = groups[kind];
      if (found !== undefined) tokens.push({ kind, text: found, offset });
    }
    offset = pattern.lastIndex;
  }
  return [...tokens, { kind: 'end', text: 'the end', offset: text.length }];
}

function mistake(text: string, offset: number, message: string): SyntaxError {
  return new SyntaxError(`IR text, line ${text.slice(0, offset).split('\n').length}: ${message}`);
}

const unquoted = (text: string): string => (text.startsWith('"') ? (JSON.parse(text) as string) : text);

/** Reads tokens from left to right; what is not as it must be is a SyntaxError with its line. */
export class Cursor {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  /** The mistake is the next token, or the one before it. */
  fail(message: string, where: 'next' | 'before' = 'next'): never {
    const token = where === 'next' ? this.#token : (this.#tokens[this.#position - 1] ?? this.#token);
    throw mistake(this.#text, token.offset, message);
  }

  get kind(): Token['kind'] {
    return this.#token.kind;
  }

  /** Whether the next token reads so (a name in quotes never does). */
  sees(text: string): boolean {
    return this.#token.text === text;
  }

  /** Steps over the token if it reads so. */
  skips(text: string): boolean {
    const found = this.sees(text);
    if (found) this.#position++;
    return found;
  }

  expect(text: string): void {
    if (!this.skips(text)) this.fail(`expected ${text}, found ${this.#token.text}`);
  }

  /** The items between two marks, with commas. */
  list<Item>(open: string, close: string, item: () => Item): readonly Item[] {
    this.expect(open);
    const items: Item[] = [];
    if (this.skips(close)) return items;
    do items.push(item());
    while (this.skips(','));
    this.expect(close);
    return items;
  }

  name(): string {
    return unquoted(this.#take('name'));
  }

  number(): string {
    return this.#take('number');
  }

  /** `name%id` or `%id`. */
  value(): { readonly id: number; readonly name?: string } {
    const text = this.#take('value');
    const at = text.lastIndexOf('%');
    const id = Number(text.slice(at + 1));
    return at === 0 ? { id } : { id, name: unquoted(text.slice(0, at)) };
  }

  /** A polynomial in the sizes, as polynomial.ts prints it. */
  size(): Polynomial {
    let sum = this.skips('-') ? negate(this.#product()) : this.#product();
    for (;;) {
      if (this.skips('+')) sum = add(sum, this.#product());
      else if (this.skips('-')) sum = add(sum, negate(this.#product()));
      else return sum;
    }
  }

  #product(): Polynomial {
    let product = this.#power();
    for (;;) {
      if (this.skips('*')) product = multiply(product, this.#power());
      else if (this.skips('/')) product = divide(product, Number(this.number()));
      else return product;
    }
  }

  #power(): Polynomial {
    const base = this.#factor();
    if (!this.skips('^')) return base;
    const exponent = Number(this.number());
    return Array.from({ length: exponent }, () => base).reduce(multiply, constant(1));
  }

  #factor(): Polynomial {
    if (this.skips('(')) {
      const inside = this.size();
      this.expect(')');
      return inside;
    }
    return this.kind === 'number' ? constant(Number(this.number())) : symbol(this.name());
  }

  /** A whole number in the place of a size's value. */
  wholeNumber(): number {
    return asConstant(this.size()) ?? this.fail('expected a number');
  }

  get #token(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end', text: 'the end', offset: this.#text.length };
  }

  #take(kind: 'value' | 'name' | 'number'): string {
    const token = this.#token;
    if (token.kind !== kind) this.fail(`expected a ${kind}, found ${token.text}`);
    this.#position++;
    return token.text;
  }
}
