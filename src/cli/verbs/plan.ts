import { type PlanResult, planRelease } from '../../conductor/release/plan-release.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { type OptionValues, text } from '../verb.ts';
import { actorOf, withWorld } from './open-place.ts';
import { readConfig } from './read-config.ts';

export async function run(
  context: CliContext,
  [line = '']: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  const branch = text(options['branch']);
  const version = text(options['version']);
  const planned = await readConfig(context, { line, ...(branch !== undefined && { branch }) });
  return await withWorld(context, async ({ releases }) => {
    const result = await planRelease(releases, {
      line,
      planned,
      actor: actorOf(context.env),
      dryRun: options['dryRun'] === true,
      ...(version !== undefined && { version }),
    });
    print(context, result);
    return EXIT.done;
  });
}

function print({ terminal, output }: CliContext, { plan, digest, release, current }: PlanResult): void {
  if (output === 'json') {
    const { phase } = release ?? {};
    terminal.out(
      JSON.stringify({ exit: EXIT.done, release: plan.release, phase, digest, plan, written: release !== undefined }),
    );
    return;
  }
  terminal.out(`${plan.release}: version ${plan.version} of line ${plan.line}, for channel ${plan.channel}`);
  terminal.out(`  packages  ${plan.packages.map((row) => row.package).join(', ')}`);
  terminal.out(
    `  users see ${current === undefined ? 'nothing yet' : `generation ${current.number} of ${current.release}`}`,
  );
  terminal.out(
    `  gates     ${plan.gates.map((gate) => `${gate.name} (${gate.min} of ${gate.approvers.join(', ')})`).join('; ') || 'none'}`,
  );
  terminal.out(`  pivot     ${plan.pivot ?? 'none: everything can be taken back'}`);
  terminal.out(`  digest    ${digest}`);
  terminal.out(release === undefined ? 'Dry run: nothing was written.' : `next: slipway resume ${plan.release}`);
}
