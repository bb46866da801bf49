// The shape of a row of the catalogue of diagnostics (catalogue.ts), and how one is made.

export interface Row<Args> {
  readonly code: string;
  /** For the docs: what the code stands for, in a few words. */
  readonly title: string;
  readonly message: (args: Args) => string;
  /** For the docs: why it is an error and what to do, in a few sentences. */
  readonly explanation: string;
  readonly severity: 'error' | 'warning';
}

type Make = <Args>(
  code: string,
  title: string,
  message: (args: Args) => string,
  explanation: string,
) => Row<Args>;

export const error: Make = (code, title, message, explanation) => ({
  code,
  title,
  message,
  explanation,
  severity: 'error',
});
export const warning: Make = (code, title, message, explanation) => ({
  ...error(code, title, message, explanation),
  severity: 'warning',
});
