import type { ConfigCode } from './config-codes.ts';
import { type ConfigNode, placeOf } from './config-node.ts';
import type { Finding, Severity } from './finding.ts';
import type { KeyPath } from './key-path.ts';

/** A finding that knows which key it is about, but not yet where that stands. */
export interface PathFinding {
  readonly severity: Severity;
  readonly path: KeyPath;
  /** Whether the key is at fault or its value. */
  readonly of: 'key' | 'value';
  readonly code: ConfigCode;
  readonly happened: string;
  readonly remedy: string;
}

export function locate(root: ConfigNode, { path, of, severity, code, happened, remedy }: PathFinding): Finding {
  const { file, line, column } = placeOf(root, path, of);
  return { file, line, column, severity, happened, remedy, code };
}
