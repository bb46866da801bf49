// N02xx: names. Rows of the catalogue (../catalogue.ts).

import { error, warning } from '../row.ts';

export const names = {
  unknownName: error(
    'N0201',
    'unknown name',
    (a: { name: string }) => `\`${a.name}\` is not defined`,
    'Nothing of this name is in scope here. Names are case-sensitive; the help line shows the nearest name that is in scope, or how such a name is declared. From a single letter nothing is guessed.',
  ),
  unknownFunction: error(
    'N0202',
    'unknown function',
    (a: { name: string }) => `there is no function \`${a.name}\``,
    'A call needs a function of this file, of the prelude, or a built-in one. The help line shows the nearest name.',
  ),
  unknownType: error(
    'N0203',
    'unknown type',
    (a: { name: string }) => `there is no type \`${a.name}\``,
    'The scalar types are `real`, `int` and `bool`; an array adds its sizes in brackets: `real[N, D]`.',
  ),
  definedTwice: error(
    'N0204',
    'defined twice',
    (a: { name: string }) => `\`${a.name}\` is defined twice`,
    'A name stands for one thing in its scope. Both places are shown; rename one of them.',
  ),
  usedBeforeDefined: error(
    'N0205',
    'used before it is defined',
    (a: { name: string }) => `\`${a.name}\` is used before it is defined`,
    'The items of a model are read from top to bottom, so a name can be used only below its definition. Functions are the exception: their order is free.',
  ),
  notAFunction: error(
    'N0206',
    'not a function',
    (a: { name: string; what: string }) => `\`${a.name}\` is ${a.what}, not a function`,
    'Only functions can be called. Elements of an array are read with brackets: `a[i]`.',
  ),
  notAValue: error(
    'N0207',
    'not a value',
    (a: { name: string }) => `\`${a.name}\` is a function, not a value`,
    'Functions are called where they are named; they cannot be stored or passed on.',
  ),
  indexShadows: error(
    'N0208',
    'index hides another name',
    (a: { name: string }) => `the index \`${a.name}\` hides another \`${a.name}\``,
    'An index that has the name of something else in scope is nearly always a slip: the element would read the index where it meant the other. Rename the index.',
  ),
  builtInName: error(
    'N0209',
    'name of a built-in function',
    (a: { name: string }) => `\`${a.name}\` is built in`,
    'Built-in functions have stable forms and derivative rules of their own, which a second definition would hide. Functions of the prelude may be redefined.',
  ),
  unusedName: warning(
    'N0210',
    'unused name',
    (a: { what: string; name: string }) => `${a.what} \`${a.name}\` is never used`,
    'Nothing reads this. Remove it, or begin its name with `_` to keep it without the warning.',
  ),
  unusedParam: warning(
    'N0211',
    'unused param',
    (a: { name: string }) => `the param \`${a.name}\` is never used, so its gradient is zero`,
    'A parameter that no loss reads will never be trained. Remove it, or use it.',
  ),
  recursion: error(
    'N0212',
    'recursive function',
    (a: { cycle: string }) => `functions cannot call themselves: ${a.cycle}`,
    'Functions are written out where they are called, so a call that leads back to itself would never end. The notes show the calls of the cycle.',
  ),
  notAReduction: error(
    'N0213',
    'not a reduction',
    (a: { name: string }) => `\`${a.name}\` is a function, not a reduction`,
    'Only the reductions `sum`, `prod`, `mean`, `max`, `min`, `argmax`, `argmin`, `logSumExp`, `any` and `all` take clauses, as in `sum(x[i] for i)`. A function takes an array, which brackets around the clauses make: `norm2([x[i] for i])`.',
  ),
  notAssignable: error(
    'N0214',
    'assignment to what cannot change',
    (a: { name: string; what: string }) => `\`${a.name}\` is ${a.what} and cannot be assigned to`,
    'Only what is declared by `var` can be assigned again. A value that changes begins as a `var`; to change what comes from elsewhere, copy it: `var y = x`.',
  ),
  nameHides: error(
    'N0215',
    'name hides another name',
    (a: { name: string }) => `\`${a.name}\` hides another \`${a.name}\``,
    'Inside a block a second definition of a name that is in scope already is nearly always meant as an assignment, which is written without `let` or `var`. Otherwise choose another name.',
  ),
  unknownField: error(
    'N0216',
    'unknown field',
    (a: { record: string; field: string }) => `\`${a.record}\` has no field \`${a.field}\``,
    'A record has the fields that its `type` declares.',
  ),
  recursiveRecord: error(
    'N0217',
    'record that holds itself',
    (a: { cycle: string }) => `a record cannot hold itself: ${a.cycle}`,
    'A record that holds itself, be it through others, would never end.',
  ),
  emptyRecord: error(
    'N0218',
    'record without fields',
    (a: { name: string }) => `\`${a.name}\` has no fields`,
    'A record has at least one field: `type Point = { x: real, y: real }`.',
  ),
} as const;
