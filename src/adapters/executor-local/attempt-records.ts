import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Instant } from '../../kernel/instant.ts';
import { hasCode } from '../../system/has-code.ts';
import { AttemptDamagedError } from './agent-error.ts';

const instant = z.int().transform((value) => value as Instant);

/** `pid`: who runs the attempt. */
export const claimRecord = z.object({
  pid: z.int().positive(),
  startTime: z.string(),
  bootId: z.string(),
  startedAt: instant,
});

/** `exit.json` as `exit-record.ts` writes it. */
export const exitRecord = z.object({
  exit: z.discriminatedUnion('how', [
    z.object({ how: z.literal('exit'), container: z.string(), code: z.int() }),
    z.object({ how: z.literal('signal'), container: z.string(), signal: z.string() }),
    z.object({ how: z.literal('timeout'), container: z.string(), afterMs: z.int() }),
    z.object({ how: z.literal('stopped'), reason: z.string() }),
    z.object({ how: z.literal('agent'), code: z.string(), message: z.string() }),
  ]),
  startedAt: instant,
  endedAt: instant,
  valuesHoldSecret: z.boolean(),
});

/** A record that is there as a whole, or not at all. @throws {AttemptDamagedError} it is something else. */
export async function readRecord<Shape extends z.ZodType>(
  path: string,
  shape: Shape,
): Promise<z.output<Shape> | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof z.ZodError) throw new AttemptDamagedError(path, { cause });
    throw cause;
  }
}

export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
