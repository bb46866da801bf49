// Strength reduction: constant powers become products and square roots. `Math.pow(x, 3)` costs 70 multiplications. It runs
// after differentiation, which knows more about a power than about the product that it becomes. Negative whole powers are powers
// of the reciprocal: x^-3 and its derivative, in x^-4, share one division. Where they decide something, they are
// reciprocals of powers, which are the nearest numbers to what they stand for if the powers are exact, as 10^2 is.

import { real } from '../ir/build.ts';
import type { Operand, OpStatement, Program, Statement } from '../ir/types.ts';
import type { OpName } from '../ops/index.ts';
import { decisiveIn } from './decisive.ts';
import { hintOf, rewrite } from './rewrite.ts';

/** Larger powers stay calls: the rounding errors of the product would show. */
const largestPower = 16;

const isPower = (statement: Statement): statement is OpStatement =>
  statement.kind === 'op' && (statement.op === 'powi' || statement.op === 'pow');

export function reduceStrength(program: Program): Program {
  let decisive: ReadonlySet<number> | undefined;
  const decides = ({ outs: [{ id }] }: OpStatement): boolean => (decisive ??= decisiveIn(program)).has(id);
  return rewrite(
    program,
    (statement, { b }) => {
      if (!isPower(statement)) return undefined;
      const [x, y] = statement.args;
      if (x === undefined || y?.kind !== 'literal') return undefined;
      const make = (op: OpName, ...args: readonly Operand[]): Operand => b.op(op, args, hintOf(statement));
      const exponent = Number(y.value);
      const size = Math.abs(exponent);
      if (size === 0 || size > largestPower || !Number.isInteger(2 * size)) return undefined;
      if (exponent < 0 && Number.isInteger(size) && !decides(statement))
        return [wholePower(make, make('div', real(1), x), size)];
      const root = Number.isInteger(size) ? undefined : make('sqrt', x);
      const whole = Math.floor(size) === 0 ? undefined : wholePower(make, x, Math.floor(size));
      const positive = root === undefined ? whole : whole === undefined ? root : make('mul', whole, root);
      if (positive === undefined) return undefined;
      return [exponent < 0 ? make('div', real(1), positive) : positive];
    },
    isPower,
  );
}

/** x^n by repeated squaring. */
function wholePower(
  make: (op: OpName, ...args: readonly Operand[]) => Operand,
  x: Operand,
  n: number,
): Operand {
  if (n === 1) return x;
  const half = wholePower(make, x, Math.floor(n / 2));
  const square = make('mul', half, half);
  return n % 2 === 0 ? square : make('mul', square, x);
}
