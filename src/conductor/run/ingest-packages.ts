import type { StepFailure } from '../../domain/failure/step-failure.ts';
import { checkPackage } from '../../domain/package/check-package.ts';
import type { PackageFacts } from '../../domain/package/package-facts.ts';
import { packageVersion } from '../../domain/package/version/package-version.ts';
import { type FoundFile, packageFiles } from '../../domain/run/made-files.ts';
import type { ProducedFile } from '../../domain/run/step-result.ts';
import type { StepId } from '../../kernel/ids.ts';
import type { RunWorld } from './run-world.ts';

/** The step that brings packages, and the version they have to say they are. */
export interface IngestPlace {
  readonly run: string;
  readonly step: StepId;
  readonly version: string;
  readonly revision: number;
}

/**
 * Reads every package back, whoever made it: what its bytes say goes into the journal, not what its name says. A deb of
 * another version than the release's is refused: somebody packaged from a stale source.
 * @throws {PackageError} it cannot be read, or is not what is planned.
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
    checkPackage(fileName, facts, expectedOf(facts, place));
    produced.push({ fileName, path, sha256, sizeBytes, facts });
  }
  return produced;
}

/** Only a deb says its version; what any other file is, nobody can ask it. */
const expectedOf = ({ format }: PackageFacts, { version, revision }: IngestPlace): { readonly version?: string } =>
  format === 'deb' ? { version: packageVersion('deb', version, revision) } : {};
