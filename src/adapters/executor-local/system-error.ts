import { hasCode } from '../../system/has-code.ts';
import { AgentDiskFullError } from './agent-error.ts';

/** A full disk or quota by its name; every other error as it is. */
export const translateDiskError = (error: unknown, path: string): unknown =>
  hasCode(error, 'ENOSPC', 'EDQUOT') ? new AgentDiskFullError(path, { cause: error }) : error;
