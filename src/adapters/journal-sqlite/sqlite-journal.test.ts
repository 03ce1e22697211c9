import { describe } from 'vitest';
import { describeJournalContract } from '../../../test/contracts/journal.ts';
import { TemporaryJournal } from '../../../test/support/temporary-journal.ts';

describe('the journal in SQLite', () =>
  describeJournalContract({
    create: async (isGone) => {
      const journal = new TemporaryJournal();
      return { connect: () => journal.open({ isGone }), remove: () => journal.remove() };
    },
  }));
