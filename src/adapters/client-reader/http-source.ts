import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ReadProblem } from './read-problem.ts';

/** Where the reader gets bytes from. */
export interface ByteSource {
  /** Streams what a URL answers, at most `limitBytes`. @throws {ReadProblem} it cannot be read as a client would. */
  open(url: string, limitBytes: number): AsyncIterable<Uint8Array>;
}

/** How long a server may take (watch 2). */
export interface HttpLimits {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly hops: number;
}

const LIMITS: HttpLimits = { connectMs: 10_000, firstByteMs: 20_000, idleMs: 30_000, hops: 8 };

/** Reads over HTTP like a careful client: its own redirects, nothing unpacked on the way, never waiting for ever. */
export class HttpSource implements ByteSource {
  readonly #signal: AbortSignal;
  readonly #limits: HttpLimits;

  constructor(signal: AbortSignal, limits: Partial<HttpLimits> = {}) {
    this.#signal = signal;
    this.#limits = { ...LIMITS, ...limits };
  }

  async *open(url: string, limitBytes: number): AsyncGenerator<Uint8Array> {
    const answer = await this.#follow(new URL(url));
    const declared = answer.headers['content-length'];
    let readBytes = 0;
    try {
      for await (const chunk of this.#chunks(answer, url)) {
        readBytes += chunk.length;
        if (readBytes > limitBytes)
          throw new ReadProblem(`${url} is longer than the ${limitBytes} bytes it should have`);
        yield chunk;
      }
    } catch (cause) {
      this.#signal.throwIfAborted(); // then it is we who have ended it
      // A reset and an early end look alike here: ECONNRESET, "aborted".
      if ((cause as NodeJS.ErrnoException).code !== 'ECONNRESET') throw cause;
      const of = declared === undefined ? '' : ` of ${declared}`;
      throw new ReadProblem(`${url} ended early, after ${readBytes}${of} bytes`, { cause });
    } finally {
      answer.destroy();
    }
  }

  async *#chunks(answer: IncomingMessage, url: string): AsyncGenerator<Uint8Array> {
    const { idleMs } = this.#limits;
    answer.setTimeout(idleMs, () => answer.destroy(new ReadProblem(`${url} sent nothing for ${idleMs / 1000} s`)));
    for await (const chunk of answer) yield chunk as Uint8Array;
  }

  async #follow(first: URL): Promise<IncomingMessage> {
    let url = first;
    for (let hop = 0; hop <= this.#limits.hops; hop++) {
      const answer = await this.#ask(url);
      const status = answer.statusCode ?? 0;
      if (![301, 302, 303, 307, 308].includes(status)) return requireWhole(answer, url);
      answer.destroy();
      url = nextHop(url, answer.headers.location, first);
    }
    throw new ReadProblem(`${first} redirects more than ${this.#limits.hops} times`);
  }

  #ask(url: URL): Promise<IncomingMessage> {
    const { connectMs, firstByteMs } = this.#limits;
    this.#signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const headers = { 'accept-encoding': 'identity', 'user-agent': 'slipway' };
      const outgoing: ClientRequest = send(url, { agent: false, headers, signal: this.#signal });
      const giveUp = (what: string, ms: number) =>
        setTimeout(() => outgoing.destroy(new ReadProblem(`${url} ${what} within ${ms / 1000} s`)), ms);
      let timer = giveUp('did not connect', connectMs);
      outgoing.on('socket', (socket) =>
        socket.once('connect', () => {
          clearTimeout(timer);
          timer = giveUp('did not answer', firstByteMs);
        }),
      );
      outgoing.on('response', (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      outgoing.on('error', (cause) => {
        clearTimeout(timer);
        if (this.#signal.aborted) reject(this.#signal.reason);
        else reject(cause instanceof ReadProblem ? cause : new ReadProblem(`${url}: ${cause.message}`, { cause }));
      });
      outgoing.end();
    });
  }
}

function requireWhole(answer: IncomingMessage, url: URL): IncomingMessage {
  const encoding = answer.headers['content-encoding'];
  if (answer.statusCode === 200 && (encoding === undefined || encoding === 'identity')) return answer;
  answer.destroy();
  if (answer.statusCode === 200) throw new ReadProblem(`${url} was packed on the way (Content-Encoding: ${encoding})`);
  throw new ReadProblem(`${url} answers ${answer.statusCode}`);
}

/** A redirect may lead elsewhere on the same host, and from http to https; anywhere else users would not follow blindly. */
function nextHop(from: URL, location: string | undefined, first: URL): URL {
  if (location === undefined || !URL.canParse(location, from.href))
    throw new ReadProblem(
      `${from} redirects to ${location === undefined ? 'nowhere' : `"${location}", which is no address`}`,
    );
  const to = new URL(location, from);
  if (to.hostname !== first.hostname || !['http:', 'https:'].includes(to.protocol))
    throw new ReadProblem(`${from} redirects to another place: ${to}`);
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw new ReadProblem(`${from} redirects from https to http`);
  return to;
}
