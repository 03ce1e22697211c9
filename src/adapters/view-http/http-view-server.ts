import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ResolvedConfig } from '../../domain/config/resolved-config.ts';
import { rebaseText } from '../../domain/repository/public-base.ts';
import type { ViewServer } from '../../ports/repository-client.ts';
import { cacheControlOf } from './cache-control.ts';
import { contentTypeOf } from './content-type.ts';
import { openInside } from './open-inside.ts';
import { GenerationReader } from './read-generations.ts';
import { requestPathParts } from './request-path.ts';
import { sendFile, sendText } from './send-file.ts';
import { findMount, type Mount, pathInOrigin, type View } from './view-map.ts';

export interface ServedRequest {
  readonly method: string;
  readonly target: string;
  readonly status: number;
}

export interface HttpViewServerOptions {
  readonly config: Pick<ResolvedConfig, 'origin' | 'channels'>;
  /** 0, the default: a free one. */
  readonly port?: number;
  /** Told about every answered request. */
  readonly onRequest?: (request: ServedRequest) => void;
}

/**
 * Serves an origin tree over HTTP on 127.0.0.1: what is live, or one sealed generation at the addresses users will have.
 * Files are looked up anew for each request, so a promotion is seen by the next one.
 */
export class HttpViewServer implements ViewServer {
  readonly #options: HttpViewServerOptions;
  readonly #generations: GenerationReader;

  constructor(options: HttpViewServerOptions) {
    this.#options = options;
    this.#generations = new GenerationReader(options.config.origin.path);
  }

  async open(view: View): Promise<{ readonly baseUrl: string; close(): Promise<void> }> {
    let baseUrl = '';
    const server = createServer((request, response) => {
      response.once('close', () => this.#tell(request, response));
      this.#answer(request, response, view, baseUrl).catch((cause: unknown) => failVisibly(response, cause));
    });
    await listening(server, this.#options.port ?? 0);
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { baseUrl, close: () => closed(server) };
  }

  async #answer(request: IncomingMessage, response: ServerResponse, view: View, baseUrl: string): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return sayInstead(response, 405, 'Only GET and HEAD are answered here.', { Allow: 'GET, HEAD' });
    const target = request.url ?? '/';
    const parts = requestPathParts(target);
    if (!parts) return sayInstead(response, 404, NOT_FOUND);
    const named = parts.at(-1) === '' ? [...parts.slice(0, -1), 'index.html'] : parts;
    const mount = findMount(named, this.#options.config.channels);
    const opened = await openInside(this.#options.config.origin.path, pathInOrigin(named, mount, view));
    if (opened.what === 'folder')
      return sayInstead(response, 301, 'It is a folder.', { Location: `${urlPath(parts)}/` });
    if (opened.what === 'absent') return this.#answerAbsent(response, parts, mount, view);
    try {
      const answer = { contentType: contentTypeOf(named.at(-1) ?? ''), cacheControl: cacheControlOf(target) };
      const base = await this.#generations.baseNamedBy(opened.path);
      if (base === undefined) return await sendFile(request, response, opened, answer);
      const text = rebaseText(await opened.handle.readFile('utf8'), base, baseUrl);
      return sendText(request, response, text, Math.floor(opened.stats.mtimeMs / 1000), answer);
    } finally {
      await opened.handle.close();
    }
  }

  /** `latest` is a link on disk, or, where the config says `latest: redirect`, an answer of ours. */
  async #answerAbsent(response: ServerResponse, parts: readonly string[], mount: Mount | undefined, view: View) {
    if (mount?.inside[0] !== 'latest') return sayInstead(response, 404, NOT_FOUND);
    const latest = await this.#generations.latestOf(view, mount.channel, mount.repository);
    if (latest === undefined) return sayInstead(response, 404, NOT_FOUND);
    const rest = parts.slice(mount.at.length + 1);
    return sayInstead(response, 302, `The latest is ${latest}.`, {
      Location: urlPath([...mount.at, latest, ...rest]),
      'Cache-Control': 'public, max-age=60',
    });
  }

  #tell({ method = '', url = '' }: IncomingMessage, { statusCode }: ServerResponse): void {
    this.#options.onRequest?.({ method, target: url, status: statusCode });
  }
}

const NOT_FOUND = 'There is no such file.';

const urlPath = (parts: readonly string[]): string => `/${parts.map(encodeURIComponent).join('/')}`;

function sayInstead(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  const body = `${text}\n`;
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

/** The disk failed under us: the client is told, or, in the middle of a file, cut off so that it cannot take half for whole. */
function failVisibly(response: ServerResponse, cause: unknown): void {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  if (response.headersSent) response.socket?.destroy();
  else sayInstead(response, 500, `The origin cannot be read: ${code}.`);
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve();
    });
  });

const closed = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
