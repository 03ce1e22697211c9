import { AGENT_VOICE } from '../../domain/attempt-log/log-record.ts';
import type { AttemptName } from '../../kernel/ids.ts';
import type { Executor } from '../../ports/executor.ts';

const LINES = 20;
const LONGEST_LINE = 2000;
/** Room for that many lines with their stamps, and for what the agent adds; a log of gigabytes is not read for it. */
const LAST_BYTES = 256 * 1024;

/**
 * What the commands of an attempt said last, for the journal: at most 20 lines, each at most 2,000 characters. What the agent
 * adds is left out (the failure's sentence has it); the log has all of it.
 */
export async function lastLines(
  executor: Executor,
  attempt: AttemptName,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const open = new Map<string, string>();
  for await (const { container, stream, text, isComplete } of executor.logs(attempt, {
    signal,
    lastBytes: LAST_BYTES,
  })) {
    if (container === AGENT_VOICE) continue;
    const writer = `${container}\0${stream}`;
    const line = ((open.get(writer) ?? '') + text).slice(-LONGEST_LINE);
    open.set(writer, line);
    if (!isComplete) continue;
    open.delete(writer);
    lines.push(line);
    if (lines.length > LINES) lines.shift();
  }
  return [...lines, ...open.values()].slice(-LINES);
}
