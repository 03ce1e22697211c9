import { ArtifactDiskFullError, ArtifactReadOnlyError } from '../../ports/artifact-store-error.ts';

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** What a failed write to `path` means; errors that say nothing about the disk come back as they are. */
export function translateWriteError(error: unknown, path: string): unknown {
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return new ArtifactDiskFullError(path, { cause: error });
  if (hasCode(error, 'EROFS', 'EACCES', 'EPERM')) return new ArtifactReadOnlyError(path, { cause: error });
  return error;
}
