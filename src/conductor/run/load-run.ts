import { runStream } from '../../domain/journal/streams.ts';
import { emptyRun, foldRun } from '../../domain/run/fold-run.ts';
import type { RunState } from '../../domain/run/run-state.ts';
import type { ReleaseId } from '../../kernel/ids.ts';
import type { Journal } from '../../ports/journal.ts';

/** The run of a release as the journal has it; one that does not exist has no plan and no steps. */
export const loadRun = async (journal: Journal, release: string): Promise<RunState> =>
  foldRun(emptyRun(release as ReleaseId), await journal.read(runStream(release)));
