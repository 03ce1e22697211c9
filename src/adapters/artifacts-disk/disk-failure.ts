import { ArtifactDiskFullError, ArtifactReadOnlyError } from '../../ports/artifact-store-error.ts';
import { hasCode } from '../../system/has-code.ts';

/** What a failed write to `path` means; errors that say nothing about the disk come back as they are. */
export function translateWriteError(error: unknown, path: string): unknown {
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return new ArtifactDiskFullError(path, { cause: error });
  if (hasCode(error, 'EROFS', 'EACCES', 'EPERM')) return new ArtifactReadOnlyError(path, { cause: error });
  return error;
}
