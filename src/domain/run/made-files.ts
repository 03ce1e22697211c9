import type { Sha256, StepId } from '../../kernel/ids.ts';
import type { Tree, TreeEntry } from '../artifact/tree.ts';
import { stepFailure } from '../failure/failure-classes.ts';
import type { StepFailure } from '../failure/step-failure.ts';

/** A file found in a source or among outputs, before it was read back. */
export interface FoundFile {
  readonly path: string;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly mode: 0o644 | 0o755;
}

export interface NamedFile extends FoundFile {
  /** As users will see it: folders are left behind. */
  readonly fileName: string;
}

interface Place {
  readonly run: string;
  readonly step: StepId;
}

/** The files of a package by the names users will see, each once; or why that cannot be. */
export function packageFiles(files: readonly FoundFile[], place: Place): readonly NamedFile[] | StepFailure {
  const named = files.map((file) => ({ ...file, fileName: file.path.slice(file.path.lastIndexOf('/') + 1) }));
  const byName = new Map<string, NamedFile>();
  for (const file of named) {
    const other = byName.get(file.fileName);
    if (other !== undefined) {
      return stepFailure('OUTPUT_CLASH', place, `${other.path} and ${file.path} would both be ${file.fileName}.`);
    }
    byName.set(file.fileName, file);
  }
  return named;
}

/** The files of a source that is taken as a package. */
export function filesOfTree(tree: Tree, place: Place): readonly FoundFile[] | StepFailure {
  const link = tree.find((entry) => 'link' in entry);
  if (link !== undefined) return stepFailure('OUTPUT_LINK', place, `${link.path} is a symbolic link.`);
  return tree.filter((entry): entry is Exclude<TreeEntry, { link: string }> => 'sha256' in entry);
}
