import type { StepFailure } from '../../domain/failure/step-failure.ts';
import { type FoundFile, packageFiles } from '../../domain/run/made-files.ts';
import type { ProducedFile } from '../../domain/run/step-result.ts';
import type { StepId } from '../../kernel/ids.ts';
import type { RunWorld } from './run-world.ts';

export interface IngestPlace {
  readonly run: string;
  readonly step: StepId;
}

/**
 * Reads every package back, whoever made it: what its bytes say goes into the journal, not what its name says.
 * @throws {PackageError} it cannot be read.
 */
export async function ingestPackages(
  world: Pick<RunWorld, 'builder'>,
  files: readonly FoundFile[],
  place: IngestPlace,
): Promise<readonly ProducedFile[] | StepFailure> {
  const named = packageFiles(files, place);
  if ('class' in named) return named;
  const produced: ProducedFile[] = [];
  for (const { fileName, path, sha256, sizeBytes } of named) {
    const facts = await world.builder.inspect(sha256, fileName);
    produced.push({ fileName, path, sha256, sizeBytes, facts });
  }
  return produced;
}
