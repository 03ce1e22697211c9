import { join } from 'node:path';

/** Folders of an origin can be entered by whoever serves it, whatever the umask of whoever writes it. */
export const FOLDER_MODE = 0o755;

/** Where things lie in an origin tree (packaging 7). Names are checked before they come here. */
export const ORIGIN_PATHS = {
  lock: '.slipway/origin.sqlite',
  channels: 'gen',
  channel: (channel: string): string => join('gen', channel),
  generation: (channel: string, number: number): string => join('gen', channel, String(number)),
  generationFile: 'generation.json',
  /** Chunks of the lists of packages, below a generation. */
  ledger: 'packages',
  pool: (channel: string, repository: string): string => join('pool', channel, repository),
} as const;

/** A generation's number as the name of its folder; undefined for anything else that lies there. */
export const numberOf = (name: string): number | undefined => (/^[1-9]\d*$/.test(name) ? Number(name) : undefined);
