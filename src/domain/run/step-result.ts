import type { Sha256 } from '../../kernel/ids.ts';
import type { PackageFacts } from '../package/package-facts.ts';

/** A file that a step made. Its bytes lie in the artifact store. */
export interface ProducedFile {
  /** As users will see it. */
  readonly fileName: string;
  /** Relative to the step's work folder, or to the source's root. */
  readonly path: string;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  /** What our own reader found; null for files that are no packages. */
  readonly facts: PackageFacts | null;
}

/** Of a fetched source: where it came from, what proves it, and what somebody should know about it. */
export interface SourceFacts {
  readonly origin: string;
  readonly proof: string;
  readonly commitEpochS?: number;
  readonly warnings: readonly string[];
}

/** What a finished step leaves. */
export interface StepResult {
  readonly files: readonly ProducedFile[];
  /** The same files as a folder, for steps that take them in. */
  readonly tree: Sha256;
  /** What it wrote to `$SLIPWAY_OUTPUT`. */
  readonly values: Readonly<Record<string, string>>;
  readonly source?: SourceFacts;
}
