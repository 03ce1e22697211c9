import { OriginFullError, OriginReadOnlyError } from '../../ports/origin-error.ts';
import { hasCode } from '../../system/has-code.ts';

/** What a failed write below the origin means; an error that says nothing about the disk comes back as it is. */
export function translateWriteError(error: unknown, root: string): unknown {
  if (hasCode(error, 'ENOSPC', 'EDQUOT', 'SQLITE_FULL')) return new OriginFullError(root, { cause: error });
  if (hasCode(error, 'EROFS', 'EACCES', 'EPERM', 'SQLITE_READONLY', 'SQLITE_CANTOPEN'))
    return new OriginReadOnlyError(root, { cause: error });
  return error;
}
