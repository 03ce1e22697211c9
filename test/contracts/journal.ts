import { describe } from 'vitest';
import { describeAppendContract } from './journal-append.ts';
import { describeLeaseContract } from './journal-lease.ts';
import { describeSharingContract } from './journal-sharing.ts';
import type { JournalWorld } from './journal-under-test.ts';

/** Holds an adapter to the page that is `src/ports/journal.ts`. */
export function describeJournalContract(world: JournalWorld): void {
  describe('facts', () => describeAppendContract(world));
  describe('several at once', () => describeSharingContract(world));
  describe('leases, wake-ups and outbox', () => describeLeaseContract(world));
}
