import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HttpViewServer, type ServedRequest } from '../../src/adapters/view-http/http-view-server.ts';
import type { View } from '../../src/adapters/view-http/view-map.ts';
import { encodeGeneration } from '../../src/domain/repository/generation-record.ts';
import { toInstant } from '../../src/kernel/instant.ts';

/** An origin laid out by hand, two generations in it, the first one live; and servers of it. */
export class ServedOrigin {
  static readonly public = 'https://pkg.example.org';
  /** Holds the origin, and beside it a file that nobody may see. */
  readonly folder = mkdtempSync(join(tmpdir(), 'slw-view-'));
  readonly root = join(this.folder, 'public');
  readonly served: ServedRequest[] = [];
  readonly #open: { close(): Promise<void> }[] = [];

  constructor() {
    this.put('pool/stable/apt/h/hello_1.1_all.deb', 'a deb');
    this.#putGeneration(1, '1.1');
    this.#putGeneration(2, '1.2');
    symlinkSync('1', join(this.root, 'gen/stable/current'));
    symlinkSync('gen/stable/current/apt', join(this.root, 'debian'));
    mkdirSync(join(this.root, 'get'));
    symlinkSync('../gen/stable/current/files', join(this.root, 'get/download'));
    writeFileSync(join(this.folder, 'secret'), 'of this machine');
  }

  put(path: string, content: string | Buffer): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
    utimesSync(join(this.root, path), 1_700_000_000.25, 1_700_000_000.25);
  }

  async serve(view: View = 'live'): Promise<string> {
    const server = new HttpViewServer({
      config: {
        origin: { path: this.root, public: ServedOrigin.public },
        channels: { stable: { apt: 'debian', files: 'get/download' }, weekly: { apt: 'debian-weekly' } },
      },
      onRequest: (one) => this.served.push(one),
    });
    const opened = await server.open(view);
    this.#open.push(opened);
    return opened.baseUrl;
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((server) => server.close()));
  }

  async remove(): Promise<void> {
    await this.closeAll();
    rmSync(this.folder, { recursive: true });
  }

  /** A generation of channel `stable`: an apt and a files repository. */
  #putGeneration(number: number, version: string): void {
    const gen = `gen/stable/${number}`;
    this.put(`${gen}/apt/dists/stable/InRelease`, `signed ${version}\n`);
    this.put(`${gen}/apt/hello.sources`, `URIs: ${ServedOrigin.public}/debian\n`);
    this.put(`${gen}/files/index.html`, `<a href="${ServedOrigin.public}/download/${version}/">here</a>`);
    this.put(`pool/stable/files/${version}/index.html`, `their own page, ${ServedOrigin.public}/download`);
    symlinkSync('../../../../pool/stable/apt', join(this.root, gen, 'apt/pool'));
    symlinkSync(`../../../../pool/stable/files/${version}`, join(this.root, gen, 'files', version));
    const repository = { packages: [], count: 0, links: {}, carried: {}, files: {} };
    this.put(
      `${gen}/generation.json`,
      encodeGeneration({
        schema: 1,
        channel: 'stable',
        number,
        parent: null,
        release: `main-${version}`,
        date: toInstant(0),
        journal: { id: 'test', position: 1 },
        base: ServedOrigin.public,
        repositories: {
          apt: { ...repository, type: 'apt', namesBase: ['hello.sources'] },
          files: { ...repository, type: 'files', namesBase: ['index.html'], latest: version },
        },
      }),
    );
  }
}
