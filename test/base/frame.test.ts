// Diagnostics as the user sees them, to the character.

import { describe, expect, it } from 'vitest';
import type { Diagnostic, Note } from '../../src/base/diagnostic.ts';
import { renderDiagnostic, renderPlain } from '../../src/base/frame.ts';
import type { Source, Span } from '../../src/base/source.ts';

const sourceOf = (text: string, path = 'm.nabla'): Source => ({ path, text });

/** The place of `part` in a text, the first one after `after`. */
function place(source: Source, part: string, after = ''): Span {
  const start = source.text.indexOf(part, source.text.indexOf(after));
  if (start < 0) throw new Error(`no ${part} in the text`);
  return { source, start, end: start + part.length };
}

function wrong(
  span: Span,
  rest: { notes?: readonly Note[]; help?: string; severity?: 'warning' } = {},
): Diagnostic {
  return { code: 'N0401', severity: 'error', message: 'shapes differ', span, notes: [], ...rest };
}

/** Lines as a test writes them: indented, with the first and the last one empty. */
const lines = (text: string): string => text.split('\n').slice(1, -1).map((line) => line.replace(/^ {6}/, '')).join('\n'); // prettier-ignore

const model = sourceOf(`model M {
  dim N, D
  param w: real[D]
  data y: real[N]
  let a = w + y
  let b = sum(
    w[d]
    for d in D
  )
  let c = 1
  let d = 2
  let e = b
}
`);

describe('frames', () => {
  it('one place', () => {
    expect(renderDiagnostic(wrong(place(model, 'w + y')))).toBe(
      lines(`
      m.nabla:5:11: error N0401: shapes differ
        |
      5 |   let a = w + y
        |           ^^^^^
      `),
    );
  });

  it('a warning with help', () => {
    expect(renderDiagnostic(wrong(place(model, 'D'), { severity: 'warning', help: 'leave it out' }))).toBe(
      lines(`
      m.nabla:2:10: warning N0401: shapes differ
        |
      2 |   dim N, D
        |          ^
      help: leave it out
      `),
    );
  });

  it('notes close by are in the same frame', () => {
    const notes = [
      { message: 'this is real[N]', span: place(model, 'y', '+') },
      { message: 'this is real[D]', span: place(model, 'w: real[D]') },
    ];
    expect(renderDiagnostic(wrong(place(model, 'w + y'), { notes }))).toBe(
      lines(`
      m.nabla:5:11: error N0401: shapes differ
        |
      3 |   param w: real[D]
        |         ---------- this is real[D]
      4 |   data y: real[N]
      5 |   let a = w + y
        |           ^^^^^
        |               - this is real[N]
      `),
    );
  });

  it('notes far away, in another file, or of no place stand alone', () => {
    const other = sourceOf('fn f(x: real): real = x\n', 'std/f.nabla');
    const notes = [
      { message: 'declared here', span: place(model, 'D') },
      { message: 'and here', span: place(other, 'f(x: real)') },
      { message: 'sizes are positive' },
    ];
    expect(renderDiagnostic(wrong(place(model, 'e = b'), { notes, help: 'see above' }))).toBe(
      lines(`
      m.nabla:12:7: error N0401: shapes differ
         |
      12 |   let e = b
         |       ^^^^^
      m.nabla:2:10: note: declared here
        |
      2 |   dim N, D
        |          -
      std/f.nabla:1:4: note: and here
        |
      1 | fn f(x: real): real = x
        |    ----------
      note: sizes are positive
      help: see above
      `),
    );
  });

  it('of a span over several lines the first and the last are shown', () => {
    const start = model.text.indexOf('sum(');
    const notes = [
      { message: 'the body', span: { source: model, start, end: model.text.indexOf('  let c') } },
    ];
    expect(renderDiagnostic(wrong({ source: model, start: 0, end: model.text.length }, { notes }))).toBe(
      lines(`
      m.nabla:1:1: error N0401: shapes differ
         |
       1 | model M {
         | ^^^^^^^^^
      ...
       6 |   let b = sum(
         |           ----
       7 |     w[d]
       8 |     for d in D
       9 |   )
         |   - the body
      ...
      13 | }
         | ^
      `),
    );
  });

  it('an empty span is one caret, also at the end of the text', () => {
    const text = sourceOf('let a =');
    expect(renderDiagnostic(wrong({ source: text, start: 7, end: 7 }))).toBe(
      lines(`
      m.nabla:1:8: error N0401: shapes differ
        |
      1 | let a =
        |        ^
      `),
    );
    expect(renderDiagnostic(wrong({ source: sourceOf(''), start: 0, end: 0 }))).toBe(
      lines(`
      m.nabla:1:1: error N0401: shapes differ
        |
      1 |
        | ^
      `),
    );
  });
});

describe('what terminals show', () => {
  const frameOf = (text: string, part: string): string[] =>
    renderDiagnostic(wrong(place(sourceOf(text), part))).split('\n').slice(2); // prettier-ignore

  it.each([
    ['tabs are spread to the next stop', '\tlet\tab = c', 'ab', '1 |     let ab = c', '  |         ^^'],
    ['wide characters take two columns', '/* 変数 */ ab', 'ab', '1 | /* 変数 */ ab', '  |            ^^'],
    ['wide characters are underlined twice', 'let 変数 = a', '変数', '1 | let 変数 = a', '  |     ^^^^'],
    ['an emoji is wide', '/*😀*/ ab', 'ab', '1 | /*😀*/ ab', '  |        ^^'],
    ['combining characters take none', 'x\u0302 + ab', 'ab', '1 | x\u0302 + ab', '  |     ^^'],
    ['a byte order mark is not shown', '\ufefflet a', 'a', '1 | let a', '  |     ^'],
    ['what cannot be seen is', 'a\u200b + b', '\u200b', '1 | a\ufffd + b', '  |  ^'],
    [
      'escapes and overrides are not obeyed',
      '\u001b[31m\u202eab',
      'ab',
      '1 | \ufffd[31m\ufffdab',
      '  |       ^^',
    ],
    ['a carriage return ends the line', 'ab\r\ncd', 'ab', '1 | ab', '  | ^^'],
  ])('%s', (_, text, part, shown, marked) => {
    expect(frameOf(text, part)).toEqual([shown, marked]);
  });

  it('a long line is cut around the mark', () => {
    const text = `${'a + '.repeat(100)}HERE${' + b'.repeat(100)}`;
    const [shown = '', marked = ''] = frameOf(text, 'HERE');
    expect(shown).toBe(`1 | …${'a + '.repeat(10)}HERE${' + b'.repeat(14)}…`);
    expect(shown.slice(marked.indexOf('^'), marked.lastIndexOf('^') + 1)).toBe('HERE');
  });

  it('the ends of a long line are cut on one side', () => {
    const text = `HERE${' + b'.repeat(100)} + THERE`;
    expect(frameOf(text, 'HERE')).toEqual([`1 | HERE${' + b'.repeat(24)}…`, '  | ^^^^']);
    const [shown = '', marked = ''] = frameOf(text, 'THERE');
    expect(shown.endsWith(' + b + THERE')).toBe(true);
    expect(marked.length).toBe(shown.length);
  });

  it('a mark that is longer than what is shown ends where the line is cut', () => {
    const [shown = '', marked = ''] = frameOf('x'.repeat(500), 'x'.repeat(500));
    expect(shown).toBe(`1 | ${'x'.repeat(100)}…`);
    expect(marked).toBe(`  | ${'^'.repeat(100)}`);
  });

  it('two marks far apart on one long line show it twice', () => {
    const source = sourceOf(`HERE${' + b'.repeat(100)} + THERE`);
    const notes = [{ message: 'and this', span: place(source, 'THERE') }];
    const rendered = renderDiagnostic(wrong(place(source, 'HERE'), { notes })).split('\n');
    expect(rendered.filter((line) => line.startsWith('1 |')).length).toBe(2);
    expect(rendered[5]).toMatch(/^ {2}\| +----- and this$/);
  });
});

describe('styles', () => {
  it('each part has its style', () => {
    const notes = [{ message: 'near', span: place(model, 'w: real[D]') }, { message: 'alone' }];
    const color = (style: string, text: string): string => `<${style}>${text}</>`;
    expect(renderDiagnostic(wrong(place(model, 'y: real[N]'), { notes, help: 'do' }), { color })).toBe(
      lines(`
      <strong>m.nabla:4:8:</> <error>error N0401:</> <strong>shapes differ</>
      <faint>  |</>
      <faint>3 |</>   param w: real[D]
      <faint>  |</>         <note>---------- near</>
      <faint>4 |</>   data y: real[N]
      <faint>  |</>        <error>^^^^^^^^^^</>
      <note>note:</> alone
      <help>help:</> do
      `),
    );
  });

  it('terminal colours change nothing but the colours', () => {
    const diagnostic = wrong(place(model, 'w + y'), { help: 'do' });
    const coloured = renderDiagnostic(diagnostic, { color: true });
    expect(coloured).toContain('\u001b[1;31m^^^^^\u001b[0m');
    // eslint-disable-next-line no-control-regex
    expect(coloured.replace(/\u001b\[[\d;]*m/g, '')).toBe(renderDiagnostic(diagnostic));
    expect(renderDiagnostic(diagnostic, { color: false })).toBe(renderDiagnostic(diagnostic));
  });

  it('the plain form is one line', () => {
    expect(renderPlain(wrong(place(model, 'w + y'), { help: 'do' }))).toBe(
      'm.nabla:5:11: error N0401: shapes differ',
    );
  });
});
