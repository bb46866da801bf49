// Reads what print.ts writes (the form is described there), for tests and for looking at a stage by itself. It checks only
// what it must to make data of the text: verify.ts decides whether the program means anything.

import { ops, type OpName } from '../ops/index.ts';
import { arrayType, bool, int, intType, real } from './build.ts';
import { Cursor } from './tokens.ts';
import type { Block, Carried, Constraint, Extent, Input, Literal, Operand, Output, Program, Reducer, Scalar, Size, Statement, Type, Value } from './types.ts'; // prettier-ignore

export function parseProgram(text: string): Program {
  return new Reader(text).program();
}

const roles: readonly string[] = ['param', 'data', 'direction'] satisfies Input['role'][];
const outputRoles: readonly string[] = [
  'loss',
  'output',
  'gradient',
  'tangent',
  'hvp',
] satisfies Output['role'][];
const reducers: readonly string[] = [
  'sum',
  'prod',
  'max',
  'min',
  'logSumExp',
  'any',
  'all',
] satisfies Reducer[];
const scalars: readonly string[] = ['real', 'int', 'bool'] satisfies Scalar[];

const isRole = (word: string): word is Input['role'] => roles.includes(word);
const isOutputRole = (word: string): word is Output['role'] => outputRoles.includes(word);
const isReducer = (word: string): word is Reducer => reducers.includes(word);
const isScalar = (word: string): word is Scalar => scalars.includes(word);
const isOp = (word: string): word is OpName => Object.hasOwn(ops, word);

class Reader {
  readonly #at: Cursor;
  /** The latest binding of each id: the text of a correct program has one. */
  readonly #values = new Map<number, Value>();
  #nextId = 0;

  constructor(text: string) {
    this.#at = new Cursor(text);
  }

  program(): Program {
    const at = this.#at;
    at.expect('program');
    const name = at.name();
    const sizes = at.list('(', ')', () => this.#size());
    at.expect('{');
    const inputs: Input[] = [];
    while (roles.some((role) => at.sees(role))) inputs.push(this.#input());
    const statements: Statement[] = [];
    // A `for` or an `if` without outs begins with a word, as outputs do.
    while (at.sees('for') || at.sees('if') || at.kind === 'value') statements.push(this.#statement());
    const outputs: Output[] = [];
    const results: Operand[] = [];
    while (!at.skips('}')) {
      const role = at.name();
      if (!isOutputRole(role)) return at.fail(`expected an output, found ${role}`, 'before');
      outputs.push({ role, name: at.sees('=') ? role : at.name() });
      at.expect('=');
      results.push(this.#operand());
    }
    if (at.kind !== 'end') at.fail('expected the end');
    return { name, sizes, inputs, body: { statements, results }, outputs, nextId: this.#nextId };
  }

  #size(): Size {
    const at = this.#at;
    const name = at.name();
    if (!at.skips('=')) return { name };
    const rule = at.skips('length') ? 'length' : at.skips('earlier') ? 'earlier' : undefined;
    if (rule === undefined) return { name, value: at.wholeNumber() };
    at.expect('of');
    const trips = at.size();
    at.expect('by');
    const by = at.size();
    return { name, derived: rule === 'length' ? { rule, trips, row: by } : { rule, trips, length: by } };
  }

  #input(): Input {
    const at = this.#at;
    const role = at.name();
    if (!isRole(role)) return at.fail(`expected an input, found ${role}`, 'before');
    const named = at.kind === 'name' ? at.name() : undefined;
    if (named !== undefined) at.expect('=');
    const value = this.#binding();
    const name = named ?? value.name ?? at.fail('an input needs a name');
    const constraint = role === 'param' ? this.#constraint() : undefined;
    if (constraint !== undefined) return { role, name, value, constraint };
    if (!at.skips('in')) return { role, name, value };
    const from = at.size();
    at.expect('..');
    return { role, name, value, range: { from, to: at.size() } };
  }

  #constraint(): Constraint | undefined {
    const at = this.#at;
    if (at.skips('simplex')) return { kind: 'simplex' };
    if (at.skips('ordered')) return { kind: 'ordered', positive: at.skips('positive') };
    if (at.skips('in')) {
      const from = this.#number();
      at.expect('..');
      return { kind: 'interval', from, to: this.#number() };
    }
    const sign = at.skips('>') ? '>' : at.skips('<') ? '<' : undefined;
    if (sign === undefined) return undefined;
    const operator = at.skips('=') ? (`${sign}=` as const) : sign;
    return { kind: 'bound', operator, bound: this.#number() };
  }

  #number(): number {
    const operand = this.#operand();
    return operand.kind === 'literal' ? Number(operand.value) : this.#at.fail('expected a number', 'before');
  }

  /** `name%id: type`, which makes the value. */
  #binding(): Value {
    const place = this.#at.value();
    this.#at.expect(':');
    return this.#bind(place, this.#type());
  }

  #bind(place: { readonly id: number; readonly name?: string }, type: Type): Value {
    const value: Value = { kind: 'value', ...place, type };
    this.#values.set(place.id, value);
    this.#nextId = Math.max(this.#nextId, place.id + 1);
    return value;
  }

  #index(): Value {
    return this.#bind(this.#at.value(), intType);
  }

  #type(): Type {
    const scalar = this.#at.name();
    if (!isScalar(scalar)) return this.#at.fail(`expected a type, found ${scalar}`, 'before');
    return arrayType(scalar, this.#at.sees('[') ? this.#at.list('[', ']', () => this.#at.size()) : []);
  }

  #use(): Value {
    const { id } = this.#at.value();
    return this.#values.get(id) ?? this.#at.fail(`%${id} is not defined`, 'before');
  }

  #operand(): Operand {
    const at = this.#at;
    if (at.kind === 'value') return this.#use();
    if (at.skips('<')) {
      const size = at.size();
      at.expect('>');
      const extent: Extent = { kind: 'extent', type: intType, size };
      return extent;
    }
    return this.#literal();
  }

  #literal(): Literal {
    const at = this.#at;
    const sign = at.skips('-') ? -1 : 1;
    if (at.kind === 'number') {
      const text = at.number();
      return (/^\d+$/.test(text) ? int : real)(sign * Number(text));
    }
    if (at.skips('Infinity')) return real(sign * Infinity);
    if (at.skips('NaN')) return real(NaN);
    if (at.skips('true')) return bool(true);
    if (at.skips('false')) return bool(false);
    return at.fail('expected an operand');
  }

  #block(): Block {
    const at = this.#at;
    const statements: Statement[] = [];
    const results: Operand[] = [];
    at.expect('{');
    while (!at.sees('}') && !at.sees('yield')) statements.push(this.#statement());
    if (at.skips('yield')) {
      do results.push(this.#operand());
      while (at.skips(','));
    }
    at.expect('}');
    return { statements, results };
  }

  #statement(): Statement {
    const at = this.#at;
    if (at.skips('for')) {
      const range = this.#range();
      return { kind: 'for', outs: [], ...range, body: this.#block() };
    }
    if (at.skips('if')) return this.#branch([]);
    // `acc%1[…] += …` and `a%1: real, b%2: real = …` both begin with a value.
    const place = at.value();
    if (!at.sees(':'))
      return this.#add(this.#values.get(place.id) ?? at.fail(`%${place.id} is not defined`, 'before'));
    at.expect(':');
    // The outs become known after the right-hand side, which may not use them.
    const outs = [{ place, type: this.#type() }];
    while (at.skips(',')) {
      const next = at.value();
      at.expect(':');
      outs.push({ place: next, type: this.#type() });
    }
    at.expect('=');
    return this.#definition(outs);
  }

  #add(accumulator: Value): Statement {
    const at = this.#at;
    const indices = at.sees('[') ? this.#operands('[', ']') : [];
    at.expect('+=');
    const value = this.#operand();
    return { kind: 'add', outs: [], accumulator, indices, value, inRange: !at.skips('checked') };
  }

  #definition(places: readonly Place[]): Statement {
    const at = this.#at;
    const outs = (): readonly Value[] => places.map(({ place, type }) => this.#bind(place, type));
    const out = (): readonly [Value] => {
      const [first, second] = outs();
      if (first === undefined || second !== undefined) return at.fail('this statement has one out', 'before');
      return [first];
    };
    if (at.kind === 'value') {
      const array = this.#use();
      if (at.skips('with')) {
        const indices = this.#operands('[', ']');
        at.expect('=');
        const value = this.#operand();
        return { kind: 'set', array, indices, value, inRange: !at.skips('checked'), outs: out() };
      }
      const indices = this.#operands('[', ']');
      return { kind: 'read', array, indices, inRange: !at.skips('checked'), outs: out() };
    }
    if (at.sees('[')) return { kind: 'list', elements: this.#operands('[', ']'), outs: out() };
    const word = at.name();
    if (word === 'open') {
      const initial = at.skips('from') ? { initial: this.#operand() } : {};
      return { kind: 'open', ...initial, outs: out() };
    }
    if (word === 'row') {
      const array = this.#use();
      return { kind: 'row', array, indices: this.#operands('[', ']'), outs: out() };
    }
    if (word === 'loop') return this.#loop(outs);
    if (word === 'rule') return this.#rule(outs);
    if (word === 'freeze') return { kind: 'freeze', accumulator: this.#use(), outs: out() };
    if (word === 'if') return this.#branch(places);
    if (word === 'build') {
      const axes = [this.#index()];
      while (at.skips(',')) axes.push(this.#index());
      return { kind: 'build', axes, body: this.#block(), outs: outs() };
    }
    // Reducers and ops share the names max and min; only an op has its arguments in parentheses.
    if (at.sees('(')) {
      if (!isOp(word)) return at.fail(`there is no op ${word}`, 'before');
      return { kind: 'op', op: word, args: this.#operands('(', ')'), outs: out() };
    }
    if (!isReducer(word)) return at.fail(`there is no reducer ${word}`, 'before');
    return { kind: 'reduce', reducer: word, ...this.#range(), body: this.#block(), outs: outs() };
  }

  #loop(outs: () => readonly Value[]): Statement {
    const at = this.#at;
    const range = this.#range();
    const order = at.skips('down') ? 'down' : 'up';
    const state: Carried[] = [];
    if (at.skips('with')) {
      do {
        const place = at.value();
        at.expect(':');
        const type = this.#type();
        at.expect('=');
        const initial = this.#operand();
        state.push({ value: this.#bind(place, type), initial });
      } while (at.skips(','));
    }
    const checkpoints = at.skips('checkpoints') ? ({ checkpoints: true } as const) : {};
    let condition: Block | undefined;
    if (at.skips('while')) {
      condition = this.#block();
      at.expect('do');
    }
    const asked = condition === undefined ? {} : { condition };
    const body = this.#block();
    return { kind: 'loop', ...range, order, state, ...checkpoints, ...asked, body, outs: outs() };
  }

  #rule(outs: () => readonly Value[]): Statement {
    const at = this.#at;
    const form = at.skips('partials') ? 'partials' : 'adjoint';
    if (form === 'adjoint') at.expect('adjoint');
    const args: Operand[] = [];
    const params = at.list('(', ')', () => {
      const place = at.value();
      at.expect(':');
      const type = this.#type();
      at.expect('=');
      args.push(this.#operand());
      return this.#bind(place, type);
    });
    at.expect('out');
    const results = at.list('(', ')', () => this.#binding());
    at.expect('adjoint');
    const adjoints = at.list('(', ')', () => this.#binding());
    const body = this.#block();
    at.expect('derivative');
    const derivative = this.#block();
    return { kind: 'rule', args, params, results, adjoints, form, body, derivative, outs: outs() };
  }

  #branch(places: readonly Place[]): Statement {
    const condition = this.#operand();
    const then = this.#block();
    this.#at.expect('else');
    const otherwise = this.#block();
    return {
      kind: 'if',
      condition,
      then,
      otherwise,
      outs: places.map(({ place, type }) => this.#bind(place, type)),
    };
  }

  #range(): { readonly index: Value; readonly from: Operand; readonly to: Operand } {
    const index = this.#at.value();
    this.#at.expect('in');
    const from = this.#operand();
    this.#at.expect('..');
    const to = this.#operand();
    return { index: this.#bind(index, intType), from, to };
  }

  #operands(open: string, close: string): readonly Operand[] {
    return this.#at.list(open, close, () => this.#operand());
  }
}

interface Place {
  readonly place: { readonly id: number; readonly name?: string };
  readonly type: Type;
}
