import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Is this program installed? Tests that need one skip themselves with a line that says what was not checked. */
export function hasProgram(name: string, unchecked: string): boolean {
  const found = (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false; // not there, or not executable: the next folder
    }
  });
  if (!found) console.warn(`skipped: ${name} is not installed, so ${unchecked} was not checked`);
  return found;
}
