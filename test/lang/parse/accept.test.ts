// Programs that are right, and the tree that each becomes.

import { describe, expect, it } from 'vitest';
import { parse, parseExpression } from '../../../src/lang/parse.ts';
import { printAst, printExpression } from '../../../src/lang/print.ts';

const path = 'test.nabla';

function treeOf(text: string): string {
  const { file, diagnostics } = parse({ path, text });
  expect(diagnostics).toEqual([]);
  return printAst(file);
}

function expressionOf(text: string): string {
  const { expression, diagnostics } = parseExpression({ path, text });
  expect(diagnostics).toEqual([]);
  return expression === undefined ? 'nothing' : printExpression(expression);
}

describe('expressions', () => {
  const cases: readonly (readonly [text: string, tree: string])[] = [
    // operators group to the left
    ['a + b - c', '(- (+ a b) c)'],
    ['a / b * c', '(* (/ a b) c)'],
    ['a @ b @ c', '(@ (@ a b) c)'],
    ['a div b mod c', '(mod (div a b) c)'],
    ['a && b && c', '(&& (&& a b) c)'],
    ['a || b || c', '(|| (|| a b) c)'],
    // but for the power
    ['a ^ b ^ c', '(^ a (^ b c))'],
    // from loose to tight
    ['a || b && c', '(|| a (&& b c))'],
    ['a && b < c', '(&& a (< b c))'],
    ['a == b && c != d', '(&& (== a b) (!= c d))'],
    ['a <= b + c', '(<= a (+ b c))'],
    ['a + b * c', '(+ a (* b c))'],
    ['a * b + c', '(+ (* a b) c)'],
    ['a - b div c', '(- a (div b c))'],
    ['a * b ^ c * d', '(* (* a (^ b c)) d)'],
    // before an operand
    ['-x^2', '(- (^ x 2))'],
    ['2^-3', '(^ 2 (- 3))'],
    ['2^-3^2', '(^ 2 (- (^ 3 2)))'],
    ['2^-3 * x', '(* (^ 2 (- 3)) x)'],
    ['-a * b', '(* (- a) b)'],
    ['a * -b', '(* a (- b))'],
    ['a - -b', '(- a (- b))'],
    ['--a', '(- (- a))'],
    ['-!a', '(- (! a))'],
    ['!-a', '(! (- a))'],
    ['!a && b', '(&& (! a) b)'],
    ['!(a && b)', '(! (&& a b))'],
    ['-x[0]', '(- (at x 0))'],
    ['-f(x)^2', '(- (^ (call f x) 2))'],
    ['-1', '(- 1)'],
    // brackets
    ['(a + b) * c', '(* (+ a b) c)'],
    ['((a))', 'a'],
    ['a * (b + (c - d))', '(* a (+ b (- c d)))'],
    // conditionals group to the right
    ['c ? a : b', '(? c a b)'],
    ['c ? a : d ? e : f', '(? c a (? d e f))'],
    ['c ? d ? a : b : e', '(? c (? d a b) e)'],
    ['a < b ? a + 1 : b || c', '(? (< a b) (+ a 1) (|| b c))'],
    // calls, indices and slices
    ['f()', '(call f)'],
    ['f(a, b + 1)', '(call f a (+ b 1))'],
    ['f(a, b,)', '(call f a b)'],
    ['f(g(x))[i]', '(at (call f (call g x)) i)'],
    ['(a + b)[i]', '(at (+ a b) i)'],
    ['a[i, j + 1]', '(at a i (+ j 1))'],
    ['a[i][j]', '(at (at a i) j)'],
    ['a[:]', '(at a :)'],
    ['a[:, 2]', '(at a : 2)'],
    ['a[2..5]', '(at a (.. 2 5))'],
    ['a[2..]', '(at a (.. 2 _))'],
    ['a[..5, i]', '(at a (.. _ 5) i)'],
    ['a[N-1..2*N]', '(at a (.. (- N 1) (* 2 N)))'],
    ['a[c ? 1 : 2]', '(at a (? c 1 2))'],
    ['a[1 .. 2]', '(at a (.. 1 2))'],
    ['[1, 2][0]', '(at (list 1 2) 0)'],
    // lists and comprehensions
    ['[a]', '(list a)'],
    ['[a, b,]', '(list a b)'],
    ['[[1, 0], [0, 1]]', '(list (list 1 0) (list 0 1))'],
    ['[f(i, j) for i in N, j in 0..i]', '(build (call f i j) (for i N) (for j (.. 0 i)))'],
    ['[x[i] for i]', '(build (at x i) (for i))'],
    ['sum(x[i] for i in N)', '(sum (at x i) (for i N))'],
    ['mean(x[i]^2 for i, j in 1..2*N if i != j)', '(mean (^ (at x i) 2) (for i) (for j (.. 1 (* 2 N))) (if (!= i j)))'],
    ['any(c ? a : b for i in N)', '(any (? c a b) (for i N))'],
    ['max(a, b) + max(a for i in N)', '(+ (call max a b) (max a (for i N)))'],
    // literals and names
    ['true != false', '(!= true false)'],
    ['1_000 + 0.5e-3 + 1E6', '(+ (+ 1_000 0.5e-3) 1E6)'],
    ['x₁ + λ_2 + données + x̂', '(+ (+ (+ x₁ λ_2) données) x̂)'],
    ['kind + residual + stop(real(max))', '(+ (+ kind residual) (call stop (call real max)))'],
    // lines
    ['a +\n  b', '(+ a b)'],
    ['a\n  + b', '(+ a b)'],
    ['a\n  - b', '(- a b)'],
    ['c\n  ? a\n  : b', '(? c a b)'],
    ['f(\n  a,\n  b\n)', '(call f a b)'],
    ['a[\n  0\n]', '(at a 0)'],
    ['sum(\n  x[i]\n  for i in N\n  if i > 0\n)', '(sum (at x i) (for i N) (if (> i 0)))'],
    ['V {\n  x: a,\n  y: b\n}', '(new V (x a) (y b))'],
    ['V {\n  x: a\n  y: W { z: b }\n  u: c ?\n    d\n    : e,\n  v: f(\n    a\n  ),\n}', '(new V (x a) (y (new W (z b))) (u (? c d e)) (v (call f a)))'],
    ['a /* one\n two */ + /**/ b // three', '(+ a b)'],
    ['a + // the first\n b', '(+ a b)'],
  ]; // prettier-ignore

  it.each(cases)('%s', (text, tree) => {
    expect(expressionOf(text)).toBe(tree);
  });

  it('an int literal has neither a dot nor an exponent', () => {
    const isInt = (text: string): unknown => {
      const { expression } = parseExpression({ path, text });
      return expression?.kind === 'number' ? [expression.isInt, expression.value] : 'no number';
    };
    expect(['1', '1_000', '007', '1.0', '1e3', '1E+3'].map(isInt)).toEqual([
      [true, 1],
      [true, 1000],
      [true, 7],
      [false, 1],
      [false, 1000],
      [false, 1000],
    ]);
  });

  it('names that look the same are the same', () => {
    expect(expressionOf('caf\u0065\u0301')).toBe(expressionOf('caf\u00e9'));
  });

  it('a span covers what was written, brackets too', () => {
    const text = ' (a + b) * f(c)[0] ';
    const { expression } = parseExpression({ path, text });
    if (expression?.kind !== 'binary') throw new Error('expected a product');
    const of = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);
    expect(of(expression.span)).toBe('(a + b) * f(c)[0]');
    expect(of(expression.operatorSpan)).toBe('*');
    expect(of(expression.left.span)).toBe('(a + b)');
    expect(of(expression.right.span)).toBe('f(c)[0]');
  });
});

describe('items of a model', () => {
  const cases: readonly (readonly [text: string, tree: string])[] = [
    ['dim N', '(dim N)'],
    ['dim N, K = 10, D', '(dim N) (dim K 10) (dim D)'],
    ['dim M = 2*K + 1', '(dim M (+ (* 2 K) 1))'],
    ['data x: real', '(data x real)'],
    ['data label: int[B] in 0..K', '(data label int[B] (.. 0 K))'],
    ['data k: int in K', '(data k int K)'],
    ['data a: int in 0..K, b: real[N, D*(D+1) div 2]', '(data a int (.. 0 K)) (data b real[N (div (* D (+ D 1)) 2)])'],
    ['param W: real[D, H], b: real[H]', '(param W real[D H]) (param b real[H])'],
    ['const dt = 0.05', '(const dt 0.05)'],
    ['let a = b', '(let a b)'],
    ['let a: real[3] = b', '(let a real[3] b)'],
    ['let a[i in N, j, k in 1..i] = b', '(let a (for i N) (for j) (for k (.. 1 i)) b)'],
    ['loss a + b', '(loss (+ a b))'],
    ['loss -a', '(loss (- a))'],
    ['output p = a', '(output p a)'],
    ['output p[n in N] = a[n]', '(output p (for n N) (at a n))'],
    ['output p: int = a', '(output p int a)'],
    ['dim N; param x: real; loss x', '(dim N) (param x real) (loss x)'],
    [';; dim N ;\n; param x: real;', '(dim N) (param x real)'],
    ['param a: real,\n  b: real', '(param a real) (param b real)'],
    ['let a\n  = b', '(let a b)'],
    ['let a =\n  b +\n\n  // a comment between\n  c', '(let a (+ b c))'],
    ['let a = b /*\n*/ let c = d', '(let a b) (let c d)'],
  ]; // prettier-ignore

  it.each(cases)('%s', (text, tree) => {
    const expected = `(model M ${tree})`;
    const flat = (printed: string): string => printed.replace(/\n\s*/g, ' ');
    expect(flat(treeOf(`model M {\n${text}\n}`))).toBe(expected);
    expect(flat(treeOf(`model M { ${text} }`))).toBe(expected);
    expect(flat(treeOf(`model M\n{\r\n${text.replaceAll('\n', '\r\n')}\r\n}\r\n`))).toBe(expected);
  });
});

describe('statements', () => {
  const cases: readonly (readonly [text: string, tree: string])[] = [
    ['var s = e', '(var s e)'],
    ['var L: real[N, N] = 0', '(var L real[N N] 0)'],
    ['var a[i in N] = e', '(var a (for i N) e)'],
    ['s = e', '(= s e)'],
    ['s\n  = e', '(= s e)'],
    ['s =\n  e', '(= s e)'],
    ['s += e * f', '(= s (+ s (* e f)))'],
    ['s -= -e', '(= s (- s (- e)))'],
    ['s *= a + b', '(= s (* s (+ a b)))'],
    ['s /= a\n  / b', '(= s (/ s (/ a b)))'],
    ['s\n  += e', '(= s (+ s e))'],
    ['s = c == d ? 1 : 2', '(= s (? (== c d) 1 2))'],
    ['s=-1', '(= s (- 1))'],
    ['s-=-1', '(= s (- s (- 1)))'],
    ['h[0]/=-x*-y', '(= (at h 0) (/ (at h 0) (* (- x) (- y))))'],
    ['L[i, j] = e', '(= (at L i j) e)'],
    ['L[i + 1, j] += e', '(= (at L (+ i 1) j) (+ (at L (+ i 1) j) e))'],
    ['h[t, :] = v', '(= (at h t :) v)'],
    ['max = 1; in_ = 2', '(= max 1) (= in_ 2)'],
    ['for t in T { s = e }', '(for (for t T) (= s e))'],
    ['for t in 1..T\n{\n  s = e\n  r = s\n}', '(for (for t (.. 1 T)) (= s e) (= r s))'],
    ['for i in N, j in 0..i { }', '(for (for i N) (for j (.. 0 i)))'],
    ['for i { a[i] = e }', '(for (for i) (= (at a i) e))'],
    ['for i in N { for j in i { s += e } }', '(for (for i N) (for (for j i) (= s (+ s e))))'],
    ['while (s > 1) max 2 * N { s = s / 2 }', '(while (> s 1) (max (* 2 N)) (= s (/ s 2)))'],
    ['while (a || b)\n  max 3 { }', '(while (|| a b) (max 3))'],
    ['while (max(a, b) > 1) max max(N, 3) { s = max }', '(while (> (call max a b) 1) (max (call max N 3)) (= s max))'],
    ['if (c) { s = e }', '(if c (then (= s e)) (else))'],
    ['if (c) { s = e } else { s = f }', '(if c (then (= s e)) (else (= s f)))'],
    ['if (c) { s = e }\nelse { s = f }', '(if c (then (= s e)) (else (= s f)))'],
    ['if (c) { s = e }\n// why not\nelse if (d) { s = f } else\n{ }', '(if c (then (= s e)) (else (if d (then (= s f)) (else))))'],
    ['if (c) { } else if (d) { } else if (e) { } let a = b', '(if c (then) (else (if d (then) (else (if e (then) (else)))))) (let a b)'],
    ['if (c) { if (d) { s = e } else { s = f } } else { s = g }', '(if c (then (if d (then (= s e)) (else (= s f)))) (else (= s g)))'],
    ['if (c) { if (d) { s = e } }\nelse { s = g }', '(if c (then (if d (then (= s e)) (else))) (else (= s g)))'],
    ['for t in T { let a = b; var c = a; const d = 2; loss c * d }', '(for (for t T) (let a b) (var c a) (const d 2) (loss (* c d)))'],
    ['for t in T {} for t in T {}', '(for (for t T)) (for (for t T))'],
  ]; // prettier-ignore

  const flat = (printed: string): string => printed.replace(/\n\s*/g, ' ');

  it.each(cases)('in a model and in a block: %s', (text, tree) => {
    expect(flat(treeOf(`model M {\n${text}\n}`))).toBe(`(model M ${tree})`);
    expect(flat(treeOf(`model M { if (c) { ${text} } loss 1 }`))).toBe(
      `(model M (if c (then ${tree}) (else)) (loss 1))`,
    );
    expect(flat(treeOf(`model M\r\n{\r\n${text.replaceAll('\n', '\r\n')}\r\n}\r\n`))).toBe(
      `(model M ${tree})`,
    );
  });

  it.each(cases.filter(([text]) => !text.includes('loss')))('in a function: %s', (text, tree) => {
    expect(flat(treeOf(`fn f(): real {\n${text}\n  return x\n}`))).toBe(`(fn f () real ${tree} (return x))`);
  });

  it('a span covers the statement with its block', () => {
    const text =
      'model M { if (c) { s += 1 } else if (d) { h[0] = 2 } else { } while (c) max 3 { } for i in N { } }';
    const { file } = parse({ path, text });
    const [model] = file.declarations;
    const of = ({ span }: { span: { start: number; end: number } }): string =>
      text.slice(span.start, span.end);
    if (model?.kind !== 'model') throw new Error('expected a model');
    expect(model.items.map(of)).toEqual([
      'if (c) { s += 1 } else if (d) { h[0] = 2 } else { }',
      'while (c) max 3 { }',
      'for i in N { }',
    ]);
    const [choice] = model.items;
    if (choice?.kind !== 'if') throw new Error('expected an if');
    expect([...choice.then, ...choice.otherwise].map(of)).toEqual(['s += 1', 'if (d) { h[0] = 2 } else { }']);
  });
});

describe('files', () => {
  const cases: readonly (readonly [what: string, text: string, tree: string])[] = [
    ['an empty file', '', ''],
    ['a file of blanks and comments', '\ufeff // nothing\n\n/* at\nall */ ;\n', ''],
    ['a byte order mark', '\ufeffconst a = 1', '(const a 1)'],
    ['an empty model', 'model M {}', '(model M)'],
    ['declarations on one line', 'const a = 1; model A {} model B {}', '(const a 1)\n\n(model A)\n\n(model B)'],
    ['a short function', 'fn f(a: real[n], b: real): real = a[0] * b', '(fn f ((a real[n]) (b real)) real\n  (return (* (at a 0) b)))'],
    ['a function without parameters', 'fn f(): real = 1', '(fn f () real\n  (return 1))'],
    ['a comma after the last parameter', 'fn f(\n  a: real,\n): real = a', '(fn f ((a real)) real\n  (return a))'],
    [
      'a function with a body',
      'fn f(a: real): real[2] {\n  let b = a\n  let c[i in 2] = b\n  return c\n}',
      '(fn f ((a real)) real[2]\n  (let b a)\n  (let c (for i 2) b)\n  (return c))',
    ],
    ['a function on one line', 'fn f(a: real): real { let b = a; return b }', '(fn f ((a real)) real\n  (let b a)\n  (return b))'],
    [
      'doc comments',
      '/// A model.\n///\n///   Indented.\nmodel M {\n  /// Sizes.\n  dim N, D\n  dim K /// not one\n  //// nor this\n  loss 1\n}',
      '; A model.\n;\n;   Indented.\n(model M\n  ; Sizes.\n  (dim N)\n  ; Sizes.\n  (dim D)\n  (dim K)\n  (loss 1))',
    ],
    ['a doc comment of a function', '/// Doubles.\nfn f(a: real): real = 2 * a', '; Doubles.\n(fn f ((a real)) real\n  (return (* 2 a)))'],
  ]; // prettier-ignore

  it.each(cases)('%s', (_, text, tree) => {
    expect(treeOf(text)).toBe(tree);
  });
});
