import { type PlanResult, planRelease } from '../../conductor/release/plan-release.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import { actorOf, withWorld } from '../acting/open-place.ts';
import { readConfig } from '../acting/read-config.ts';
import type { CliContext } from '../context.ts';
import { paint } from '../output/paint.ts';
import { printJson } from '../output/print-json.ts';
import { printable } from '../output/printable.ts';
import { type OptionValues, text } from '../verb.ts';

export async function run(
  context: CliContext,
  [line = '']: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  const branch = text(options['branch']);
  const version = text(options['version']);
  const dryRun = options['dryRun'] === true;
  const planned = await readConfig(context, { line, ...(branch !== undefined && { branch }) });
  return await withWorld(context, dryRun ? 'rehearse-create' : 'create', async ({ releases }) => {
    const actor = actorOf(context.env);
    const request = { line, planned, actor, dryRun, ...(version !== undefined && { version }) };
    const result = await planRelease(releases, request);
    if (context.output === 'json') printJson(context.terminal, planJson(result));
    else print(context, result);
    return EXIT.done;
  });
}

const planJson = ({ plan, digest, release, current, warnings }: PlanResult) => ({
  exit: EXIT.done,
  release: plan.release,
  line: plan.line,
  version: plan.version,
  phase: release?.phase ?? null,
  digest,
  plan,
  current: current === undefined ? null : { number: current.number, release: current.release },
  warnings,
  next: release === undefined ? null : `slipway resume ${plan.release}`,
  dryRun: release === undefined,
});

function print({ terminal }: CliContext, { plan, digest, release, current, warnings }: PlanResult): void {
  printWarnings(terminal, warnings);
  terminal.out(`${plan.release}: version ${plan.version} of line ${plan.line}, for channel ${plan.channel}`);
  terminal.out(`  packages  ${plan.packages.map((row) => row.package).join(', ')}`);
  const seen = current === undefined ? 'nothing yet' : `generation ${current.number} of ${current.release}`;
  terminal.out(`  users see ${seen}`);
  const gates = plan.gates.map((gate) => `${gate.name} (${gate.min} of ${gate.approvers.join(', ')})`);
  terminal.out(`  gates     ${gates.join('; ') || 'none'}`);
  terminal.out(`  pivot     ${plan.pivot ?? 'none: everything can be taken back'}`);
  terminal.out(`  digest    ${digest}`);
  terminal.out(release === undefined ? 'dry run: nothing was written' : `next: slipway resume ${plan.release}`);
}

/** What stops nothing, and should be known before the day: keys that end soon. */
export function printWarnings(terminal: CliContext['terminal'], warnings: PlanResult['warnings']): void {
  const color = paint(terminal.hasColor);
  for (const { severity, path, says } of warnings) {
    const word = severity === 'error' ? color.red('urgent:') : color.yellow('warning:');
    terminal.err(`${word} ${path}: ${printable(says)}`);
  }
}
