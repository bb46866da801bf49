// Lexemes to tokens: drops blanks and comments, hands doc comments to the token that follows, and reports what is no token
// at all. A slip that has an obvious meaning (`×`, `**`) is reported and read as what was meant.

import { catalogue } from '../base/catalogue.ts';
import type { Source, Span } from '../base/source.ts';
import { lex } from './lexer.ts';
import type { Lexeme } from './lexer.ts';
import type { Mistakes } from './mistakes.ts';
import { readNumber } from './number.ts';
import { foreignOperators, helpForCharacter, lookalikeOf, nameOfCharacter } from './spelling.ts';
import { binaryWords, reservedWords } from './token.ts';
import type { Token, TokenType } from './token.ts';

const binary: ReadonlySet<string> = new Set('+ * / ^ @ == != < <= > >= && ||'.split(' '));

function typeOfWord(text: string): TokenType {
  if (binaryWords.has(text)) return 'binary';
  return reservedWords.has(text) ? 'keyword' : 'name';
}

const typeOfOperator = (text: string): TokenType => (binary.has(text) ? 'binary' : 'symbol');

export interface Scanner {
  /** The next token until undefined, which is the end. `;` is among them; newlines are a flag of the token after. */
  next(): Token | undefined;
  /** The rest of the text is a comment that was not closed: that the end comes early is no news. */
  cutShort(): boolean;
}

export function scan(source: Source, mistakes: Mistakes): Scanner {
  const nextLexeme = lex(source.text);
  let startsLine = true;
  let doc: string[] = [];
  let repaired = false;
  let cutShort = false;
  let last: Token | undefined;

  const spanOf = (lexeme: Lexeme): Span => ({
    source,
    start: lexeme.offset,
    end: lexeme.offset + lexeme.text.length,
  });

  function make(type: TokenType, text: string, span: Span, isRepaired = false): Token {
    const token: Token = {
      type,
      text,
      span,
      startsLine,
      doc: doc.length === 0 ? undefined : doc.join('\n'),
      repaired: repaired || isRepaired,
    };
    startsLine = false;
    repaired = false;
    if (doc.length > 0) doc = [];
    last = token;
    return token;
  }

  function operator(lexeme: Lexeme): Token | undefined {
    const { text } = lexeme;
    const foreign = foreignOperators.get(text);
    if (foreign === undefined) return make(typeOfOperator(text), text, spanOf(lexeme));
    mistakes.add(catalogue.foreignOperator, { operator: text }, spanOf(lexeme), { help: foreign.help });
    if (foreign.use !== undefined) return meant(foreign.use, spanOf(lexeme));
    repaired = true;
    return undefined;
  }

  const meant = (text: string, span: Span): Token =>
    make(/^\w/.test(text) ? typeOfWord(text) : typeOfOperator(text), text, span, true);

  function number(lexeme: Lexeme): Token {
    const value = readNumber(lexeme.text);
    if (typeof value === 'number') return make('number', lexeme.text, spanOf(lexeme));
    mistakes.add(catalogue.badNumber, { problem: value.problem }, spanOf(lexeme), { help: value.help });
    return make('number', '0', spanOf(lexeme), true);
  }

  /** A stretch that no rule matches. Its first character is reported; the rest of it would say the same again. */
  function unknown(lexeme: Lexeme): Token | undefined {
    const character = String.fromCodePoint(lexeme.text.codePointAt(0) ?? 0);
    const span = { source, start: lexeme.offset, end: lexeme.offset + character.length };
    const help = helpForCharacter(character);
    mistakes.add(catalogue.strayCharacter, { character: nameOfCharacter(character) }, span, { help });
    const same = lookalikeOf(character);
    if (same !== undefined && lexeme.text === character && /^[^\w.'"`]|^in$|^\.\.$/.test(same))
      return meant(same, span);
    repaired = true;
    return undefined;
  }

  function read(lexeme: Lexeme): Token | undefined {
    switch (lexeme.type) {
      case 'space':
        return undefined;
      case 'comment':
        // A comment that spans lines ends the statement, as the lines themselves would.
        if (/[\r\n]/.test(lexeme.text)) startsLine = true;
        return undefined;
      case 'newline':
        startsLine = true;
        return undefined;
      case 'doc':
        // After something on the same line it is an ordinary comment.
        if (startsLine) doc.push(lexeme.text.replace(/^\/\/\/ ?/, '').trimEnd());
        return undefined;
      case 'name': {
        const text = lexeme.text.normalize('NFC');
        return make(typeOfWord(text), text, spanOf(lexeme));
      }
      case 'number':
        return number(lexeme);
      case 'operator':
        return operator(lexeme);
      case 'prime':
        mistakes.add(catalogue.foreignOperator, { operator: lexeme.text }, spanOf(lexeme), {
          help: `a transpose is written \`transpose(${last?.type === 'name' ? last.text : '…'})\``,
        });
        repaired = true;
        return undefined;
      case 'string': {
        const isPath = !startsLine && ['from', 'import', '}'].includes(last?.text ?? '');
        if (!isPath) {
          mistakes.add(catalogue.stringLiteral, undefined, spanOf(lexeme));
          return make('name', '', spanOf(lexeme), true);
        }
        if (/^(["']).*\1$/.test(lexeme.text) && lexeme.text.length > 1)
          return make('string', lexeme.text, spanOf(lexeme));
        mistakes.add(catalogue.badPathQuotes, undefined, spanOf(lexeme));
        return make('string', '""', spanOf(lexeme), true);
      }
      case 'unclosedComment':
        mistakes.add(catalogue.unclosedComment, undefined, { ...spanOf(lexeme), end: lexeme.offset + 2 });
        cutShort = true;
        return undefined;
      case 'unknown':
        return unknown(lexeme);
    }
  }

  function next(): Token | undefined {
    while (!mistakes.full()) {
      const lexeme = nextLexeme();
      if (lexeme === undefined) return undefined;
      const token = read(lexeme);
      if (token !== undefined) return token;
    }
    return undefined;
  }

  return { next, cutShort: () => cutShort };
}
