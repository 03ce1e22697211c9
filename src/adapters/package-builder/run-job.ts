import { Worker } from 'node:worker_threads';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { PackageScratchError, PackageWorkerError } from './package-builder-error.ts';
import { BlobServer } from './serve-blobs.ts';
import { type ErrorText, fromErrorText } from './transfer-error.ts';
import type { FromWorker, Job, StopWorker } from './worker-messages.ts';

export type JobResult = Extract<FromWorker, { readonly says: 'built' | 'inspected' }>;

/** What JavaScript objects of a job may take; its bytes are streamed. A hostile package then ends the thread, not the program. */
const LIMITS = { maxOldGenerationSizeMb: 512 };
const OUT_OF_DISK: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EROFS: 'it is read-only',
  EACCES: 'no permission',
  ENOENT: 'the folder has vanished',
};

/** How long a worker may take to end what it has started (xz) before its thread is ended for it. */
const STOP_GRACE_MS = 1000;

/**
 * Does one job in a worker thread that lives as long as it. When `signal` aborts, the thread ends what it runs, and the signal's
 * reason is thrown.
 * @throws {PackageError} and the errors of the artifact store.
 */
export async function runJob(
  job: Job,
  workerUrl: URL,
  store: Pick<ArtifactStore, 'open'>,
  signal: AbortSignal,
): Promise<JobResult> {
  signal.throwIfAborted();
  const worker = new Worker(workerUrl, { workerData: job, resourceLimits: LIMITS, env: { PATH: process.env['PATH'] } });
  const blobs = new BlobServer(store);
  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    worker.postMessage({ stop: true } satisfies StopWorker);
    grace = setTimeout(() => void worker.terminate(), STOP_GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const result = await outcomeOf(worker, job, blobs);
    signal.throwIfAborted();
    return result;
  } catch (error) {
    signal.throwIfAborted(); // whatever it says: it was told to stop
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(grace);
    await worker.terminate();
    await blobs.closeAll();
  }
}

function outcomeOf(worker: Worker, job: Job, blobs: BlobServer): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    worker.on('error', (cause) => reject(new PackageWorkerError(nameOf(job), cause.message, { cause })));
    worker.on('exit', (code) => reject(new PackageWorkerError(nameOf(job), `its thread ended with ${code}`)));
    worker.on('message', (message: FromWorker) => {
      if (message.says === 'built' || message.says === 'inspected') resolve(message);
      else if (message.says === 'failed') reject(errorOf(message.error, job));
      else if (message.says === 'close') blobs.close(message.blob).catch(reject);
      else
        blobs
          .next(message.blob, message.sha256)
          .then((answer) => worker.postMessage(answer, [answer.chunk.buffer]), reject);
    });
  });
}

function errorOf(text: ErrorText, job: Job): Error {
  const known = fromErrorText(text);
  if (known) return known;
  if (text.code !== null) return new PackageWorkerError(nameOf(job), `${text.code}: ${text.happened}`);
  const reason = OUT_OF_DISK[text.systemCode ?? ''];
  if (reason !== undefined) return new PackageScratchError(job.scratch, reason, { cause: new Error(text.text) });
  return new PackageWorkerError(nameOf(job), text.text);
}

const nameOf = (job: Job): string =>
  job.kind === 'build' ? `Building the ${job.format} of ${job.options.name}` : `Reading ${job.fileName}`;
