/** A step's failure as news: its class decides what happens next, the sentence and the remedy are what a person reads. */
export interface StepFailure {
  /** A row of `failure-classes.ts`, or the code of the error a port gave, without `SLIP_`. */
  readonly class: string;
  readonly sentence: string;
  readonly remedy: string;
  /** Nothing was wrong with the work, but doing it would break a promise: the command that drives exits 6. */
  readonly isRefused?: boolean;
  /** Exit code of the command, when one ended the step. */
  readonly exitCode?: number;
  /** What the command said last, word for word (masked by the agent). */
  readonly lastLines?: readonly string[];
}
