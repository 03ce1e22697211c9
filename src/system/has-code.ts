/** Whether an error is one of the system's (errno(3), or SQLite's) with one of these names. */
export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));
