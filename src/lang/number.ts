// Number literals. The lexer takes everything that looks like a number; here it is decided whether it is one.

const literal = /^\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+)?$/;

/** The value, or why the text is not a number and what to write. */
export function readNumber(text: string): number | { readonly problem: string; readonly help: string } {
  if (literal.test(text)) return readValue(text);
  const dotted = /^(\d*)\.(\d*)((?:[eE][+-]?\d+)?)$/.exec(text);
  if (dotted !== null) {
    const side = dotted[1] === '' ? 'before' : 'after';
    const whole = `${dotted[1] || '0'}.${dotted[2] || '0'}${dotted[3]}`;
    return { problem: `a number needs a digit ${side} its dot`, help: `write \`${whole}\`` };
  }
  if (/^0[xXbBoO][\da-fA-F_]*$/.test(text)) {
    const value = Number(text.replaceAll('_', ''));
    const help = Number.isFinite(value) ? `write \`${value}\`` : 'write its decimal form';
    return { problem: 'numbers are decimal', help };
  }
  if ((text.match(/\./g) ?? []).length > 1) {
    return { problem: 'a number has one dot at most', help: 'a range is written `a..b`' };
  }
  if (/^[\d._]+$/.test(text)) {
    return {
      problem: 'a `_` in a number stands between two digits',
      help: `write \`${text.replaceAll('_', '')}\``,
    };
  }
  if (/[eE][+-]?$/.test(text)) {
    return { problem: 'the exponent has no digits', help: 'write an exponent such as `1e-3`' };
  }
  const factor = /^(\d+(?:\.\d+)?)([\p{L}_].*)$/u.exec(text);
  if (factor !== null) {
    return {
      problem: 'a number and a name stand together',
      help: `write \`${factor[1]} * ${factor[2]}\`; a name does not begin with a digit`,
    };
  }
  return { problem: 'this is not a number', help: 'numbers are written `12`, `1_000`, `0.5` or `1e-3`' };
}

function readValue(text: string): number | { readonly problem: string; readonly help: string } {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isFinite(value)) {
    return { problem: 'the number is too large', help: 'the largest real is about 1.8e308' };
  }
  if (value === 0 && /[1-9]/.test(text.replace(/[eE].*/, ''))) {
    return {
      problem: 'the number is so small that it would become 0',
      help: 'the smallest real is about 4.9e-324',
    };
  }
  return value;
}

/** An integer literal has neither a dot nor an exponent. */
export function isIntLiteral(text: string): boolean {
  return !/[.eE]/.test(text);
}
