import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { type Finding, formatFinding } from './finding.ts';

/**
 * The config has errors, so nothing was begun. Every one of them is printed, with file, line and column; `slipway check` says
 * the same without starting anything.
 */
export class ConfigInvalidError extends SlipwayError {
  readonly code = 'SLIP_CONFIG_INVALID';
  override readonly exitCode = EXIT.usage;
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    const errors = findings.filter((finding) => finding.severity === 'error');
    super(
      `The config has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}:\n${errors.map((finding) => formatFinding(finding)).join('\n')}`,
      'Correct it, look again with "slipway check", then repeat the command.',
    );
    this.findings = findings;
  }
}
