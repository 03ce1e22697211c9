import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { SourceDownloadError } from '../../ports/source-error.ts';
import { shownUrl } from './shown-url.ts';
import type { SourceLimits } from './source-limits.ts';

const REMEDY = 'Try the URL by hand (curl -v). If it answers, run "slipway resume".';

export interface Asking {
  /** The source's name in the config. */
  readonly source: string;
  readonly limits: SourceLimits;
  readonly signal: AbortSignal;
}

export function downloadFailed(
  asking: Asking,
  url: URL,
  problem: string,
  options?: ErrorOptions,
  remedy = REMEDY,
): Error {
  return new SourceDownloadError(asking.source, shownUrl(url), problem, remedy, options);
}

/** One GET, until its headers are there. `auth` is `user:password`; what the URL itself carries is never sent. */
export function answerOf(asking: Asking, url: URL, auth: string | undefined): Promise<IncomingMessage> {
  const { limits, signal } = asking;
  const { get } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const request: ClientRequest = get({
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port,
      path: url.pathname + url.search,
      ...(auth === undefined ? {} : { auth }),
      // Bytes as they lie there: a server that compresses on the way would change the digest.
      headers: { 'user-agent': 'slipway', accept: '*/*', 'accept-encoding': 'identity' },
      agent: false,
      signal,
    });
    const giveUpAfter = (ms: number, what: string) =>
      setTimeout(() => request.destroy(downloadFailed(asking, url, `${what} within ${ms / 1000} s`)), ms);
    let timer = giveUpAfter(limits.connectMs, 'no connection');
    request.once('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        timer = giveUpAfter(limits.firstByteMs, 'it connected, but gave no answer');
      });
    });
    request.once('close', () => clearTimeout(timer));
    request.once('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    request.once('error', (error) => {
      clearTimeout(timer);
      reject(error instanceof SourceDownloadError ? error : signal.aborted ? reasonOf(signal) : unreachable(error));
    });
    const unreachable = (cause: Error) => downloadFailed(asking, url, wordsOf(cause), { cause });
  });
}

export const reasonOf = (signal: AbortSignal): Error =>
  signal.reason instanceof Error ? signal.reason : new Error('interrupted');

/** Node tries all addresses of a host and gathers what each said. */
function wordsOf(error: Error): string {
  const each = error instanceof AggregateError ? error.errors.map((one) => (one as Error).message) : [error.message];
  return each.join('; ') || error.name;
}
