import { speakAtGate } from '../../conductor/release/gate-verbs.ts';
import { done, waiting } from '../../conductor/release/verb-outcome.ts';
import { gatesPassed, reviewGates } from '../../domain/release/gate-review.ts';
import type { GateVerb } from '../../domain/release/refuse-word.ts';
import { EXIT } from '../../kernel/exit-code.ts';
import { actorOf, withState } from '../acting/open-place.ts';
import { printOutcome } from '../acting/print-outcome.ts';
import { ReasonNeededError } from '../usage-error.ts';
import { text, type VerbModule } from '../verb.ts';

const SAID = { approve: 'approved', reject: 'rejected', withdraw: 'took their word back at' } as const;

/** `approve`, `reject`, `withdraw`. */
export const verb = (name: GateVerb): VerbModule => ({
  run: async (context, [id = ''], options) => {
    const [gate, digest, reason] = [text(options['gate']), text(options['digest']), text(options['reason'])];
    if (name === 'reject' && reason === undefined) throw new ReasonNeededError(`reject ${id}`);
    return await withState(context, 'read', async (state) => {
      const actor = actorOf(context.env);
      const dryRun = options['dryRun'] === true;
      const said = await speakAtGate(state, name, actor, {
        release: id,
        dryRun,
        ...(gate !== undefined && { gate }),
        ...(digest !== undefined && { digest }),
        ...(reason !== undefined && { reason }),
      });
      const gates = reviewGates(said.release, state.clock.now());
      const plan = `plan ${said.release.digest.slice(0, 12)}`;
      const who = dryRun
        ? `${actor.login} may ${name} at gate ${said.gate} of ${id} (${plan}).`
        : `${actor.login} ${SAID[name]} gate ${said.gate} of ${id} (${plan}).`;
      const outcome = gatesPassed(gates)
        ? done(said.release, who, `slipway promote ${id}`)
        : { ...waiting(said.release, gates), exit: EXIT.done, sentence: who };
      return printOutcome(context, { ...outcome, gates }, dryRun);
    });
  },
});
