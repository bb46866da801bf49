// The two forms of a model with constrained params: as it is written, and with free params. They share sizes and data.

import { modelOf, type EmittedModel, type Model, type ModelOptions } from './model.ts';
import { pascalCase, type Scope } from './names.ts';

/** A model, and the form of it with free params, where there is one. */
export function formsOf(model: EmittedModel, moduleScope: Scope, options: ModelOptions): readonly Model[] {
  const plain = { ...options, title: model.program.name, holder: 'params', jacobian: false } as const;
  if (model.free === undefined) return [modelOf(model, moduleScope, { ...plain, other: undefined })];
  const { free: form } = model;
  const title = `${model.program.name} with free params`;
  const constrained: Model = modelOf(model, moduleScope, { ...plain, other: () => free });
  const { jacobian } = form;
  const own = modelOf(form, moduleScope, {
    ...options,
    title,
    holder: 'free',
    jacobian,
    other: () => constrained,
  });
  const freeType = moduleScope.declare(pascalCase(form.program.name));
  const free: Model = {
    ...own,
    typeName: (role) => {
      if (role === 'params') return freeType;
      return (role === 'sizes' || role === 'data' ? constrained : own).typeName(role);
    },
  };
  return [constrained, free];
}
