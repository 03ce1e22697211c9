import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { isSystemError } from '../../kernel/system-error.ts';

/** An error as every verb reports it to programs: these members, always. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly causes: readonly string[];
  /** Of a config with errors: each with file, line, column. Empty for every other error. */
  readonly findings: readonly unknown[];
}

export const exitOfError = (error: unknown): ExitCode => (error instanceof SlipwayError ? error.exitCode : EXIT.failed);

export function describeError(error: unknown): ErrorReport {
  const findings = (error as { readonly findings?: unknown } | undefined)?.findings;
  const shared = { causes: causesOf(error), findings: Array.isArray(findings) ? (findings as unknown[]) : [] };
  if (error instanceof SlipwayError) {
    return { code: error.code, message: error.message, remedy: error.remedy, ...shared };
  }
  if (isSystemError(error)) {
    return {
      code: 'SLIP_SYSTEM',
      message: `The system refused: ${error.message}.`,
      remedy:
        'Mend that (a permission, a full disk, a path), then run the command again; the journal has all that was done.',
      ...shared,
    };
  }
  return {
    code: 'SLIP_INTERNAL',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    remedy:
      'This is a defect of Slipway. Please report it with the text above; nothing is lost: the journal has all that was done.',
    ...shared,
  };
}

const DEEPEST = 5;

function causesOf(error: unknown): readonly string[] {
  const causes: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && cause !== null && causes.length < DEEPEST) {
    causes.push(cause instanceof Error ? cause.message : String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}
