import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { matchParts, type PatternPart, parsePattern } from './version-pattern.ts';

/**
 * The line's versions hold `{base}`, which comes from the git branch, and the branch checked out does not fit the line's
 * `branch` pattern (or there is none). Check out the line's branch, or name it with `--branch`.
 */
export class BranchNotOfLineError extends SlipwayError {
  readonly code = 'SLIP_BRANCH_NOT_OF_LINE';
  override readonly exitCode = EXIT.usage;

  constructor(line: string, pattern: string | undefined, branch: string | undefined) {
    const seen = branch === undefined ? 'no branch is checked out beside the config' : `the branch is "${branch}"`;
    const wanted = pattern === undefined ? 'the line has no branch pattern' : `the line's branches are "${pattern}"`;
    super(
      `{base} in the versions of line ${line} is not known: ${seen}, and ${wanted}.`,
      'Check out a branch of the line, or name it with --branch.',
    );
  }
}

/** Reads `branch` of a line: `stable-2.{base}`, or a plain name. @throws {VersionPatternError} */
export const parseBranchPattern = (text: string): readonly PatternPart[] => parsePattern(text, 'branch', ['base']);

/** The `{base}` of a branch: `stable-2.289` under `stable-2.{base}` is `289`. @throws {BranchNotOfLineError} */
export function baseOfBranch(line: string, pattern: string | undefined, branch: string | undefined): string {
  const fields =
    pattern === undefined || branch === undefined ? undefined : matchParts(parseBranchPattern(pattern), branch);
  if (fields?.base === undefined) throw new BranchNotOfLineError(line, pattern, branch);
  return fields.base;
}
