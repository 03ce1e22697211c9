import { AgentDiskFullError } from './agent-error.ts';

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** A full disk or quota by its name; every other error as it is. */
export const translateDiskError = (error: unknown, path: string): unknown =>
  hasCode(error, 'ENOSPC', 'EDQUOT') ? new AgentDiskFullError(path, { cause: error }) : error;
