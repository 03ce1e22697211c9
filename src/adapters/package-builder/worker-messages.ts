import type { PackageFacts } from '../../domain/package/package-facts.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { AssembledPackage, BuildJob, InspectJob } from './build-job.ts';
import type { ErrorText } from './transfer-error.ts';

export type Job = BuildJob | InspectJob;

/** What the worker says. It asks for a blob's bytes piece by piece, so that never more than one piece is on its way. */
export type FromWorker =
  | { readonly says: 'next'; readonly blob: number; readonly sha256: Sha256 }
  | { readonly says: 'close'; readonly blob: number }
  | { readonly says: 'built'; readonly built: AssembledPackage }
  | { readonly says: 'inspected'; readonly facts: PackageFacts }
  | { readonly says: 'failed'; readonly error: ErrorText };

/** What it is told: to stop, and to say when nothing of its work runs any more. */
export interface StopWorker {
  readonly stop: true;
}

/** What it is answered: the next piece of that blob, and whether it was the last. An error of the store ends the worker instead. */
export interface ToWorker {
  readonly blob: number;
  readonly chunk: Uint8Array<ArrayBuffer>;
  readonly isLast: boolean;
}
