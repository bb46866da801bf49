// The functions that check what an emitted function gets: how one is declared and how it is called.

import type { DoorHelper } from './helpers.ts';
import { sizeNames, type Model, type SizeNames } from './model.ts';
import type { FunctionDeclaration, Parameter } from './module.ts';

/** One check function of a model; absent where there is nothing to check. */
export interface Check {
  /** None where it is a single call of a shared function. */
  readonly declaration?: FunctionDeclaration;
  /** The shared functions that it calls. */
  readonly helpers: readonly DoorHelper[];
  /** The statement that calls it. Arguments that are not given are called as its parameters are. */
  readonly call: (given?: Readonly<Record<string, string>>) => Line;
}

/** A statement of a check function, or at the top of a function. */
export interface Line {
  readonly text: string;
  readonly helper?: DoorHelper;
  /** The arguments of the function around it that it uses. */
  readonly uses?: readonly string[];
}

export const helperCall = (helper: DoorHelper, ...args: readonly string[]): Line => ({
  text: `${helper}(${args.join(', ')});`,
  helper,
});

export function checkFunction(
  model: Model,
  suffix: string,
  parameters: readonly Parameter[],
  linesOf: (names: SizeNames) => readonly Line[],
  /** Goes before the line that reads the sizes. */
  first: readonly Line[] = [],
): Check | undefined {
  const scope = model.moduleScope.inner();
  for (const parameter of parameters) scope.reserve(parameter.name);
  const names = sizeNames(model, scope);
  const rest = linesOf(names);
  const lines = [...first, ...rest];
  if (lines.length === 0) return undefined;
  const name = model.checkName(suffix);
  const text = (line: Line): string => line.text;
  const body = [...first.map(text), ...names.prologue(), ...rest.map(text)].join('\n');
  return {
    declaration: { kind: 'function', name, exported: false, parameters, result: 'void', body },
    helpers: lines.flatMap((line) => line.helper ?? []),
    call: (given = {}) => {
      const args = parameters.map((parameter) => given[parameter.name] ?? parameter.name);
      return { text: `${name}(${args.join(', ')});`, uses: args };
    },
  };
}

/** A check that is a single call of a shared function. */
export const sharedCheck = (helper: DoorHelper, parameters: readonly Parameter[]): Check => ({
  helpers: [helper],
  call: (given = {}) => {
    const args = parameters.map(({ name }) => given[name] ?? name);
    return { ...helperCall(helper, ...args), uses: args };
  },
});
