import type { IncomingMessage } from 'node:http';
import { type Asking, downloadFailed, reasonOf } from './http-answer.ts';

/** What the server said the size is; undefined when it did not say (chunked, or until it closes the connection). */
export function announcedBytes(answer: IncomingMessage): number | undefined {
  const text = answer.headers['content-length'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Does the protocol itself tell the end? If not, an answer that was cut off looks like a whole one. */
export const hasEnd = (answer: IncomingMessage): boolean =>
  announcedBytes(answer) !== undefined || /\bchunked\b/i.test(answer.headers['transfer-encoding'] ?? '');

/**
 * The bytes of an answer: all of them, or an error. Counts only the time that we wait for the network, so a slow disk is
 * not mistaken for a server that hangs.
 */
export async function* bodyOf(
  answer: IncomingMessage,
  asking: Asking,
  url: URL,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  const { idleMs, idleBytes } = asking.limits;
  const fail = (problem: string, options?: ErrorOptions) => downloadFailed(asking, url, problem, options);
  const announced = announcedBytes(answer);
  const pieces = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let received = 0;
  let recent = { bytes: 0, waitedMs: 0 };
  try {
    if ((announced ?? 0) > maxBytes)
      throw fail(`it has ${announced} bytes, and ${maxBytes} are the most that are taken`);
    for (;;) {
      const asked = performance.now();
      const timer = setTimeout(
        () => answer.destroy(fail(`fewer than ${idleBytes} bytes came within ${idleMs / 1000} s, ${received} in all`)),
        Math.max(0, idleMs - recent.waitedMs),
      );
      const piece = await pieces.next().finally(() => clearTimeout(timer));
      if (piece.done) return;
      received += piece.value.length;
      if (received > maxBytes) throw fail(`it has more than ${maxBytes} bytes, and they are the most that are taken`);
      const bytes = recent.bytes + piece.value.length;
      const waitedMs = recent.waitedMs + performance.now() - asked;
      recent = bytes >= idleBytes ? { bytes: 0, waitedMs: 0 } : { bytes, waitedMs };
      yield piece.value;
    }
  } catch (error) {
    if (asking.signal.aborted) throw reasonOf(asking.signal);
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ECONNRESET') throw error;
    // Without a count: what was still buffered when the connection broke is lost, so ours would be too low.
    const where = announced === undefined ? 'in the middle of the answer' : `before all ${announced} bytes had come`;
    throw fail(`the connection ended early, ${where}`, { cause: error });
  } finally {
    answer.destroy();
  }
}
