// Operators. The grammar sees `a + -b * c` as a flat chain; here the table of precedences makes a tree of it.

import { spanBetween } from '../base/source.ts';
import type { Span } from '../base/source.ts';
import type { BinaryOperator, Expression } from './ast.ts';
import type { List } from './tree.ts';
import type { Token } from './token.ts';

/** Operands in the order of the text, the last one first: `before` and the operator are null at the first operand. */
export interface Chain {
  readonly before: Chain | null;
  readonly operator: Token | null;
  /** `-` and `!` before the operand. */
  readonly prefixes: List<Token>;
  readonly operand: Expression;
}

/** Higher binds tighter. All group to the left but `^`; comparisons do not chain, which is checked before (chains.ts). */
const precedence: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3, '!=': 3, '<': 3, '<=': 3, '>': 3, '>=': 3,
  '+': 4, '-': 4,
  '*': 5, '/': 5, '@': 5, div: 5, mod: 5,
  '^': 7,
}; // prettier-ignore

/** Between the products and `^`: -x^2 is -(x^2), -a * b is (-a) * b. */
const prefixPrecedence = 6;

interface Pending {
  readonly token: Token;
  readonly precedence: number;
  readonly prefix: boolean;
}

/** Precedence climbing with stacks of its own: chains are long, and the call stack is not. */
export function settleChain(chain: Chain): Expression {
  if (chain.before === null && chain.prefixes === null) return chain.operand;
  const links: Chain[] = [];
  for (let link: Chain | null = chain; link !== null; link = link.before) links.push(link);

  const operands: Expression[] = [];
  const pending: Pending[] = [];

  function apply({ token, prefix }: Pending): void {
    const right = operands.pop() as Expression;
    operands.push(prefix ? unary(token, right) : binary(operands.pop() as Expression, token, right));
  }

  for (const { operator, prefixes, operand } of links.reverse()) {
    if (operator !== null) {
      const own = precedence[operator.text as BinaryOperator];
      const least = operator.text === '^' ? own + 1 : own;
      for (let top = pending.pop(); top !== undefined; top = pending.pop()) {
        if (top.precedence < least) {
          pending.push(top);
          break;
        }
        apply(top);
      }
      pending.push({ token: operator, precedence: own, prefix: false });
    }
    const first = pending.length;
    for (let cell = prefixes; cell !== null; cell = cell.before) {
      pending.push({ token: cell.item, precedence: prefixPrecedence, prefix: true });
    }
    // The list has the last prefix first, and that one applies first: it belongs on top.
    if (pending.length > first + 1) pending.push(...pending.splice(first).reverse());
    operands.push(operand);
  }
  for (let top = pending.pop(); top !== undefined; top = pending.pop()) apply(top);
  return operands[0] as Expression;
}

function unary(token: Token, operand: Expression): Expression {
  const operator = token.text === '!' ? '!' : '-';
  return { kind: 'unary', operator, operand, span: spanBetween(token.span, operand.span) };
}

function binary(left: Expression, token: Token, right: Expression): Expression {
  const span: Span = spanBetween(left.span, right.span);
  return {
    kind: 'binary',
    operator: token.text as BinaryOperator,
    left,
    right,
    operatorSpan: token.span,
    span,
  };
}
