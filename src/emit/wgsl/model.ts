// What the declarations of one model have in common: its names, its structs and their fields.

import { bug } from '../../base/bug.ts';
import type { Input } from '../../ir/types.ts';
import type { Buffer } from '../../loops/types.ts';
import { memo, type EmittedModel, type ModelField } from '../model.ts';
import { fieldPaths, Scope } from '../names.ts';
import { membersOf, shapeOf, type Member, type Nested } from '../records.ts';
import { memberName, snakeCase, typeCase } from './names.ts';
import { arrayType, bytesOf, memberType } from './type.ts';

export type StructName = 'Params' | 'Data' | 'Outputs' | 'LossAndGradient' | 'Hvp';

/** One form of a model: as it is written, or with free params. */
export interface GpuModel extends Pick<EmittedModel, 'program' | 'routines'> {
  readonly title: string;
  /** The argument that holds the params. */
  readonly holder: 'params' | 'free';
  /** Of a model with constrained params: the other form of it. */
  readonly other: (() => GpuModel) | undefined;
  readonly scope: Scope;
  readonly params: readonly ModelField[];
  readonly data: readonly ModelField[];
  readonly outputs: readonly ModelField[];
  /** `MlpParams`: the names of all structs begin with that of the model. */
  readonly typeName: (suffix: StructName) => string;
  /** `mlp_loss`: and so do those of functions. */
  readonly functionName: (suffix: string) => string;
  /** The name of the struct of a record, by its text; `make` declares one that is not there. */
  readonly recordName: (text: string, make: () => string) => string;
  /** The place of a buffer in its struct: `camera.f`. */
  readonly fieldOf: (buffer: Buffer) => string;
}

/** The forms of a model: one, or two where params are constrained. They share their data. */
export function gpuForms(model: EmittedModel, scope: Scope): readonly GpuModel[] {
  const { name } = model.program;
  if (model.free === undefined)
    return [gpuModel(model, scope, { title: name, holder: 'params', other: undefined })];
  const { free } = model;
  const title = `${name} with free params`;
  const constrained: GpuModel = gpuModel(model, scope, { title: name, holder: 'params', other: () => own });
  const own: GpuModel = gpuModel(free, scope, { title, holder: 'free', other: () => constrained });
  return [constrained, own];
}

function gpuModel(
  { program, routines }: Pick<EmittedModel, 'program' | 'routines'>,
  scope: Scope,
  form: Pick<GpuModel, 'title' | 'holder' | 'other'>,
): GpuModel {
  const named = (fields: readonly ModelField[]): readonly ModelField[] => {
    const paths = fieldPaths(fields.map(({ name }) => name), memberName); // prettier-ignore
    return fields.map((field, i) => ({ ...field, field: paths[i] ?? field.name }));
  };
  const inputs = (role: Input['role']): readonly ModelField[] =>
    named(
      program.inputs
        .filter((input) => input.role === role)
        .map(({ name, value, ...about }) => ({ ...about, name, field: name, type: value.type })),
    );
  const params = inputs('param');
  const data = inputs('data');
  const outputs = named(
    program.outputs.flatMap(({ name, role, doc }, i) => {
      const type = program.body.results[i]?.type;
      return role !== 'output' || type === undefined ? [] : [{ name, field: name, type, doc }];
    }),
  );
  const lists: Readonly<Record<Buffer['role'], readonly ModelField[]>> = {
    param: params,
    direction: params,
    gradient: params,
    hvp: params,
    data,
    output: outputs,
    scratch: [],
  };
  const declared = memo((name: string) => scope.declare(name));
  const records = new Map<string, string>();
  return {
    program,
    routines,
    ...form,
    scope,
    params,
    data,
    outputs,
    typeName: (suffix) =>
      suffix === 'Data' && form.holder === 'free' && form.other !== undefined
        ? form.other().typeName(suffix)
        : declared(typeCase(program.name) + suffix),
    functionName: (suffix) => declared(`${snakeCase(program.name)}_${suffix}`),
    recordName: (text, make) => {
      const name = records.get(text) ?? make();
      records.set(text, name);
      return name;
    },
    fieldOf: (buffer) => {
      const found = lists[buffer.role].find(({ name }) => name === buffer.name);
      // An output that the model does not declare is one of the params in their other form.
      const other = form.other?.();
      if (found === undefined && buffer.role === 'output' && other !== undefined)
        return other.fieldOf({ ...buffer, role: 'param' });
      return found?.field ?? bug(`${program.name} has no ${buffer.role} ${buffer.name}`);
    },
  };
}

// ---- structs

/** Bytes of the struct with these fields. */
export const structBytes = (fields: readonly ModelField[]): number =>
  fields.reduce((sum, { type }) => sum + bytesOf(type), 0);

/** The struct of fields, after those of the records among them. Each says where its members lie. */
export function structsOf(
  model: GpuModel,
  name: string,
  doc: string,
  fields: readonly ModelField[],
): readonly string[] {
  const structs: string[] = [];
  const write = (own: string, about: string, members: readonly Member[]): string => {
    let offset = 0;
    const lines = members.map((member) => {
      const type = member.kind === 'leaf' ? arrayType(member.leaf.type, memberType) : record(member);
      const place = `${shapeOf(member)}, byte ${offset}`;
      offset += bytesOfMember(member);
      return `${comment(docOf(member), '  ')}  ${member.field}: ${type}, // ${place}\n`;
    });
    return `${comment(about)}struct ${own} {\n${lines.join('')}}`;
  };
  const record = ({ place, members }: Nested): string => {
    const text = (own: string): string => write(own, place.typeDoc?.trim() ?? '', members);
    const hint = typeCase(model.program.name) + typeCase(place.type) + (place.axes > 0 ? 'Array' : '');
    return model.recordName(text(hint), () => {
      const own = model.scope.declare(hint);
      structs.push(text(own));
      return own;
    });
  };
  const own = write(name, doc, membersOf(fields, model.program.records ?? []));
  return [...structs, own];
}

const docOf = (member: Member): string =>
  (member.kind === 'leaf' ? member.leaf.doc : member.place.doc)?.trim() ?? '';

const bytesOfMember = (member: Member): number =>
  member.kind === 'leaf'
    ? bytesOf(member.leaf.type)
    : member.members.reduce((sum, inner) => sum + bytesOfMember(inner), 0);

/** Lines of a comment, or nothing. */
export const comment = (text: string, indent = ''): string =>
  text === '' ? '' : `${text.split('\n').map((line) => `${indent}// ${line}`.trimEnd()).join('\n')}\n`; // prettier-ignore
