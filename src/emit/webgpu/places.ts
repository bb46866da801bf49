// Where the values of a program are in memory, and the storages that are made for them.

import { bug } from '../../base/bug.ts';
import { add, constant, multiply, print, type Polynomial } from '../../base/polynomial.ts';
import { printProgram } from '../../ir/print.ts';
import type { Operand, Program, Type, Value } from '../../ir/types.ts';
import { wgslLexicon } from '../wgsl/names.ts';
import type { Sort, SortedArrays } from './segments.ts';
import type { Arena, Place, Storage } from './steps.ts';

export const whole = (storage: Storage): Place => ({ storage, lead: [] });

/** Where an array of this kind lies among what is computed. */
const working = (scalar: Type['scalar']): Arena => (scalar === 'real' ? 'work' : 'counts');

export class Places {
  /** By the ids of values. */
  readonly all = new Map<number, Place>();
  readonly storages: Storage[] = [];
  readonly counter: { next: number };
  readonly #sorts = new Map<string, { readonly sort: Sort; readonly arrays: SortedArrays }>();
  readonly #taken = new Set<string>();

  constructor(nextId: number) {
    this.counter = { next: nextId };
  }

  fresh(type: Type, name?: string): Value {
    return { kind: 'value', id: this.counter.next++, type, ...(name === undefined ? {} : { name }) };
  }

  store(hint: string, { scalar, dims }: Type, arena: Arena): Storage {
    const plain = wgslLexicon.identifier(hint);
    let name = plain;
    for (let n = 1; this.#taken.has(name); n++) name = `${plain}_${n}`;
    this.#taken.add(name);
    const storage: Storage = { name, scalar, dims, arena };
    this.storages.push(storage);
    return storage;
  }

  /** A new storage for a value, of which it is the whole. */
  placed(value: Value): Place {
    const place = whole(this.store(value.name ?? 'value', value.type, working(value.type.scalar)));
    this.all.set(value.id, place);
    return place;
  }

  placeOf(value: Value): Place {
    return this.all.get(value.id) ?? bug(`%${value.id} has no place`);
  }

  part(array: Value, indices: readonly Operand[]): Place {
    const { storage, lead } = this.placeOf(array);
    return { storage, lead: [...lead, ...indices] };
  }

  /** Where the host puts iterations by the place that they add to; the same for all adds to the same places. */
  sorted(keys: Program, places: Polynomial, extents: readonly Polynomial[]): SortedArrays {
    const text = `${print(places)} ${printProgram(keys)}`;
    const known = this.#sorts.get(text);
    if (known !== undefined) return known.arrays;
    const name = keys.body.statements[0]?.outs[0]?.name ?? 'place';
    const array = (part: string, length: Polynomial): Value => {
      const value = this.fresh({ scalar: 'int', dims: [length] }, `${name}_${part}`);
      this.all.set(value.id, whole(this.store(`${name}_${part}`, value.type, 'ints')));
      return value;
    };
    const arrays = { starts: array('starts', add(places, constant(1))), order: array('order', extents.reduce(multiply, constant(1))) }; // prettier-ignore
    const [starts, order] = [arrays.starts, arrays.order].map((value) => this.placeOf(value).storage);
    if (starts === undefined || order === undefined) return bug('no room for what is sorted');
    this.#sorts.set(text, { sort: { keys, places, extents, starts, order }, arrays });
    return arrays;
  }

  sorts(): readonly Sort[] {
    return [...this.#sorts.values()].map(({ sort }) => sort);
  }
}
