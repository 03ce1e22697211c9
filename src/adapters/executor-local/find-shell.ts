import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '../../system/has-code.ts';
import { AgentShellMissingError } from './agent-error.ts';

/** Where the shell lies on this machine, whatever PATH the step gives its commands. @throws {AgentShellMissingError} */
export function findShell(shell: string, path: string): string {
  for (const folder of path.split(':')) {
    const file = join(folder, shell);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) throw error; // not here: the next folder
    }
  }
  throw new AgentShellMissingError(shell, path);
}
