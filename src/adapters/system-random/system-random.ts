import { randomBytes } from 'node:crypto';
import type { Random } from '../../ports/random.ts';

/** The operating system's random numbers. */
export class SystemRandom implements Random {
  hex(bytes: number): string {
    return randomBytes(bytes).toString('hex');
  }

  fraction(): number {
    return randomBytes(4).readUInt32BE() / 2 ** 32;
  }
}
