// Names in emitted code: the user's names survive as far as the target lets them.

/** Which names a target takes. */
export interface Lexicon {
  /** Words that cannot be, or should not be, the name of a variable. */
  readonly reserved: ReadonlySet<string>;
  /** The identifier nearest to a name. */
  readonly identifier: (name: string) => string;
}

/** In a strict-mode module. */
const reserved: ReadonlySet<string> = new Set(
  (
    'arguments async await break case catch class const continue debugger default delete do else enum eval export ' +
    'extends false finally for function if implements import in instanceof interface let new null of package private ' +
    'protected public return static super switch this throw true try typeof var void while with yield ' +
    // Globals that the emitted code uses, or that would mislead a reader as the name of something else.
    'ArrayBufferLike BigInt Float32Array Float64Array Infinity Int32Array Math NaN Number Object Promise RangeError Readonly Record String TypeError ' +
    'Uint8Array globalThis undefined'
  ).split(' '),
);

const subscripts = '₀₁₂₃₄₅₆₇₈₉';
const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * The identifier nearest to a name: digits of the subscript (`x₁` gives `x1`) and superscript blocks become digits,
 * other characters that TypeScript does not allow become `_`. Greek and all other letters stay.
 */
export function identifier(name: string): string {
  if (/^[A-Za-z_$][\w$]*$/.test(name)) return name;
  // A field of a record is called by its path: `camera.f` gives `cameraF`.
  const joined = name.replace(/\.(.)/gu, (_, first: string) => first.toUpperCase());
  const plain = [...joined].map((character) => {
    const digit = Math.max(subscripts.indexOf(character), superscripts.indexOf(character));
    return digit >= 0 ? String(digit) : /[\p{ID_Continue}$]/u.test(character) ? character : '_';
  });
  const text = plain.join('');
  return /^[\p{ID_Start}$_]/u.test(text) ? text : `_${text}`;
}

/** `Mlp`, `MLP` and `mlp` begin function names with `mlp`; `HMMForward` begins them with `hmmForward`. */
export function camelCase(name: string): string {
  return identifier(name).replace(/^\p{Lu}+(?=\p{Lu}\p{Ll})|^\p{Lu}+(?!\p{Ll})|^\p{Lu}/u, (head) =>
    head.toLowerCase(),
  );
}

export function pascalCase(name: string): string {
  return identifier(name).replace(/^\p{Ll}/u, (head) => head.toUpperCase());
}

export const typescriptLexicon: Lexicon = { reserved, identifier };

/** The names taken in a region of the text. An inner scope does not reuse a name of the scopes around it. */
export class Scope {
  readonly #lexicon: Lexicon;
  readonly #outer: Scope | undefined;
  readonly #taken = new Set<string>();
  /** How many suffixes a name has had, so that ten thousand equal hints do not cost a search each. */
  readonly #suffixes = new Map<string, number>();

  constructor(lexicon = typescriptLexicon, outer?: Scope) {
    this.#lexicon = lexicon;
    this.#outer = outer;
  }

  inner(): Scope {
    return new Scope(this.#lexicon, this);
  }

  /** Takes a name as it is. */
  reserve(name: string): string {
    this.#taken.add(name);
    return name;
  }

  /** Takes the identifier nearest to `hint` that is free here: `x`, `default_`, `x_1`. */
  declare(hint: string): string {
    const plain = this.#lexicon.identifier(hint);
    const base = this.#lexicon.reserved.has(plain) ? `${plain}_` : plain;
    if (!this.#has(base)) return this.reserve(base);
    let suffix = this.#suffixOf(base);
    do suffix++;
    while (this.#has(`${base}_${suffix}`));
    this.#suffixes.set(base, suffix);
    return this.reserve(`${base}_${suffix}`);
  }

  #has(name: string): boolean {
    return this.#taken.has(name) || (this.#outer !== undefined && this.#outer.#has(name));
  }

  #suffixOf(base: string): number {
    const own = this.#suffixes.get(base);
    if (own !== undefined || this.#outer === undefined) return own ?? 0;
    return this.#outer.#suffixOf(base);
  }
}

/** Any word may be a field of an interface, only `__proto__` in an object literal means something else. */
function typescriptField(name: string): string {
  const plain = identifier(name);
  return plain === '__proto__' ? 'proto' : plain;
}

/** Field names of an interface; `nearest` makes a name one that a field may have. */
export function fieldNames(names: readonly string[], nearest = typescriptField): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const base = nearest(name);
    let field = base;
    for (let suffix = 1; taken.has(field); suffix++) field = `${base}_${suffix}`;
    taken.add(field);
    return field;
  });
}

/** Paths such as `camera.f`: on each level the names of the fields of an interface. */
export function fieldPaths(paths: readonly string[], nearest = typescriptField): readonly string[] {
  const split = (path: string): readonly [string, string | undefined] => {
    const [head = path, ...rest] = path.split('.');
    return [head, rest.length === 0 ? undefined : rest.join('.')];
  };
  const inner = new Map<string, string[]>();
  for (const [head, rest] of paths.map(split))
    inner.set(head, [...(inner.get(head) ?? []), ...(rest === undefined ? [] : [rest])]);
  const heads = fieldNames([...inner.keys()], nearest);
  const fields = new Map<string, string>();
  [...inner].forEach(([head, rests], k) => {
    const field = heads[k] ?? head;
    fields.set(head, field);
    for (const [i, path] of fieldPaths(rests, nearest).entries())
      fields.set(`${head}.${rests[i]}`, `${field}.${path}`);
  });
  return paths.map((path) => fields.get(path) ?? path);
}
