// What to do when the compiler itself is wrong. A user's mistake is a diagnostic; this is ours.

/** Thrown when an invariant of the compiler does not hold. The CLI exits with 70 and asks for a report. */
export class CompilerBug extends Error {
  override readonly name = 'CompilerBug';
}

export function bug(message: string): never {
  throw new CompilerBug(
    `internal error in nabla: ${message}. This is our fault, please report it with the model.`,
  );
}
