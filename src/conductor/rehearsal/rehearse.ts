/** Not an error: a rehearsal has come to the first thing that would be recorded or done. Everything before it went well. */
export class RehearsalOver extends Error {
  /** @param act what would have been done first. */
  constructor(act: string) {
    super(`a rehearsal does nothing: it ends before ${act}`);
  }
}

/** @returns what `work` gave, or the end of the rehearsal when it was about to change something. */
export async function rehearse<Result>(work: () => Promise<Result>): Promise<Result | RehearsalOver> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof RehearsalOver) return cause;
    throw cause;
  }
}
