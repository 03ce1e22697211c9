/**
 * A user could not have read this. It never leaves the reader: it becomes a row of evidence that says so. Its message is a
 * sentence without its end.
 */
export class ReadProblem extends Error {
  override readonly name: string = 'ReadProblem';
}

/** The bytes came, and are not what a signature or digest vouches for. A server that is gone is no proof that we would notice. */
export class WrongBytesProblem extends ReadProblem {
  override readonly name = 'WrongBytesProblem';
}
