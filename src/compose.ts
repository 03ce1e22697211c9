/** The hidden verb `supervise <attempt folder>`. Nothing else is loaded: one such process lives beside every running step. */
export async function superviseAttempt(args: readonly string[]): Promise<void> {
  const [folder] = args;
  if (folder === undefined) throw new TypeError('supervise: the folder of an attempt is missing');
  const { supervise } = await import('./adapters/executor-local/supervise.ts');
  await supervise(folder);
}
