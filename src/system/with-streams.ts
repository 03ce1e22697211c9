import type { ChildProcess } from 'node:child_process';
import { TooManyFilesError } from './too-many-files-error.ts';

/**
 * A child that was just spawned, with its streams. Without a free file descriptor Node gives a child that has none, and its
 * 'error' comes later: whoever touches a stream first throws past every handler. All other troubles come as 'error' alone.
 * @throws {TooManyFilesError}
 */
export function withStreams<Child extends ChildProcess>(child: Child): Child {
  if ((child.stdio as unknown) !== undefined) return child;
  child.on('error', () => undefined); // what it would say is thrown here
  throw new TooManyFilesError(child.spawnfile ?? 'a program');
}
