import type { ExitCode } from './exit-code.ts';

/**
 * Slipway could not do what it was asked. A step that fails is news, not an error, and is returned as a value.
 * Every `code` has an entry in `docs/reference/errors.md`; a test compares the two.
 */
export abstract class SlipwayError extends Error {
  /** For logs, alerts and docs; never given a second meaning. */
  abstract readonly code: `SLIP_${string}`;
  /** How a command that ends with this error exits. */
  readonly exitCode: ExitCode = 1;
  /** What the reader should do now. */
  readonly remedy: string;

  constructor(happened: string, remedy: string, options?: ErrorOptions) {
    super(happened, options);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}
