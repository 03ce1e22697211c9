import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Sha256 } from '../../kernel/ids.ts';
import type { InspectJob, OpenBlob } from './build-job.ts';
import { buildPackage } from './build-package.ts';
import { FileSource } from './file-source.ts';
import { inspectPackage } from './inspect-package.ts';
import { toErrorText } from './transfer-error.ts';
import type { FromWorker, Job, StopWorker, ToWorker } from './worker-messages.ts';

/** Entry of the worker thread: does one job and says how it ended. Bytes of the store come through the port. */
async function work(port: MessagePort, job: Job): Promise<void> {
  const stop = new AbortController();
  const open = blobsThrough(port, () => stop.abort());
  try {
    if (job.kind === 'build') say(port, { says: 'built', built: await buildPackage(job, open, stop.signal) });
    else say(port, { says: 'inspected', facts: await inspect(job, open) });
  } catch (error) {
    say(port, { says: 'failed', error: toErrorText(error) }); // the other side throws it
  }
  port.close();
}

/** Readers of archives jump about, so the bytes are laid down first. */
async function inspect(job: InspectJob, open: OpenBlob) {
  const path = join(job.scratch, 'body');
  await pipeline(Readable.from(open(job.sha256), { objectMode: false }), createWriteStream(path, { flags: 'wx' }));
  const source = new FileSource(path);
  try {
    return await inspectPackage(source, job.fileName);
  } finally {
    source.close();
  }
}

function blobsThrough(port: MessagePort, onStop: () => void): OpenBlob {
  const waiting = new Map<number, (answer: ToWorker) => void>();
  port.on('message', (answer: ToWorker | StopWorker) => {
    if ('stop' in answer) {
      onStop();
      return;
    }
    waiting.get(answer.blob)?.(answer);
    waiting.delete(answer.blob);
  });
  let opened = 0;
  return async function* open(sha256: Sha256) {
    opened += 1;
    const blob = opened;
    let isLast = false;
    try {
      while (!isLast) {
        const answer = await new Promise<ToWorker>((resolve) => {
          waiting.set(blob, resolve);
          say(port, { says: 'next', blob, sha256 });
        });
        isLast = answer.isLast;
        if (answer.chunk.length > 0) yield answer.chunk;
      }
    } finally {
      if (!isLast) say(port, { says: 'close', blob });
    }
  };
}

function say(port: MessagePort, message: FromWorker): void {
  port.postMessage(message);
}

if (!parentPort) throw new TypeError('package-worker.js is started by Slipway in a worker thread');
await work(parentPort, workerData as Job);
