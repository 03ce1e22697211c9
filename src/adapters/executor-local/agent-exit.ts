import type { AttemptExit } from '../../domain/run/attempt.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { AgentFailedError } from './agent-error.ts';
import { translateDiskError } from './system-error.ts';

/** How an error that is not the commands' own ends their attempt. One with no name of ours keeps the system's words. */
export function agentExit(error: unknown, where: string): AttemptExit {
  const translated = translateDiskError(error, where);
  const known =
    translated instanceof SlipwayError
      ? translated
      : new AgentFailedError(error instanceof Error ? error.message : String(error), { cause: error });
  return { how: 'agent', code: known.code, message: known.message };
}
