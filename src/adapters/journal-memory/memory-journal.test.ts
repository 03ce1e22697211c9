import { describe } from 'vitest';
import { describeJournalContract } from '../../../test/contracts/journal.ts';
import { MemoryJournal } from './memory-journal.ts';

describe('the journal in memory', () =>
  describeJournalContract({
    create: async (isGone) => {
      const first = new MemoryJournal({ id: '0'.repeat(32), processes: { isGone } });
      return { connect: async () => first.connect(), remove: () => first.close() };
    },
  }));
