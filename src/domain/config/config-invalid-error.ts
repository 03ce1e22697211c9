import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { type Finding, formatFinding } from './finding.ts';

/**
 * The config has errors, so nothing was started. The message is the list of findings, each with its place and what to write
 * instead; `slipway check` prints the same list at any time.
 */
export class ConfigInvalidError extends SlipwayError {
  readonly code = 'SLIP_CONFIG_INVALID';
  override readonly exitCode = EXIT.usage;
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    const errors = findings.filter((finding) => finding.severity === 'error');
    const count = errors.length === 1 ? 'one error' : `${errors.length} errors`;
    super(
      `The config has ${count}:\n${errors.map(formatFinding).join('\n')}`,
      'Mend the file; "slipway check" says when it is right.',
    );
    this.findings = findings;
  }
}
