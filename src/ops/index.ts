// (being written) The table of primitive ops.
import type { OpRecord } from './types.ts';
export const ops = {} as Record<string, OpRecord>;
export type OpName = keyof typeof ops;
