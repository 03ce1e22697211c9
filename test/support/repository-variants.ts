import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { HttpViewServer, type ServedRequest } from '../../src/adapters/view-http/http-view-server.ts';
import { type Instant, toInstant } from '../../src/kernel/instant.ts';
import type { SealedGeneration } from '../../src/ports/origin.ts';
import type { VerifyRequest } from '../../src/ports/repository-client.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { OriginFixture } from './origin-fixture.ts';
import { makeTestSigner } from './test-signer.ts';

const PUBLIC = 'https://pkg.example.org';
const INDEX = 'debian/dists/stable';

/** A repository that a real clock finds fresh: released an hour ago by Slipway's own writer, two releases in it. */
export async function releasedRepository(options: Parameters<typeof OriginFixture.create>[0] = {}) {
  const fixture = await OriginFixture.create({ public: PUBLIC, ...options });
  const now = toInstant(Math.floor(Date.now() / 1000) * 1000);
  Object.assign(fixture.settings.signers, { gpg: await makeTestSigner(now) });
  fixture.now = toInstant(now - 2 * 3_600_000);
  await fixture.release(
    'main-1.0',
    [await fixture.deb('hello', '1.0'), await fixture.file('hello-1.0.tar.gz', '1.0')],
    '1.0',
  );
  fixture.now = toInstant(now - 3_600_000);
  const debs = [await fixture.deb('hello', '1.1'), await fixture.deb('hello-data', '1.1', 'amd64')];
  const sealed = await fixture.release('main-1.1', [...debs, await fixture.file('hello-1.1.tar.gz', '1.1')], '1.1');
  return { fixture, sealed, now };
}

/** A copy of an origin that a test may damage. */
export class Variant {
  readonly root: string;
  readonly requests: ServedRequest[] = [];
  readonly #fixture: OriginFixture;

  constructor(fixture: OriginFixture) {
    this.#fixture = fixture;
    this.root = join(mkdtempSync(join(fixture.folder, 'variant-')), 'public');
    cpSync(fixture.root, this.root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** As the origin writes: another file under the name, its time as before. */
  write(path: string, content: string | Buffer): void {
    const file = join(this.root, path);
    const time = statSync(file, { throwIfNoEntry: false })?.mtime ?? new Date();
    rmSync(file, { force: true });
    writeFileSync(file, content);
    utimesSync(file, time, time);
  }

  remove(...paths: string[]): void {
    for (const path of paths) rmSync(join(this.root, path), { recursive: true, force: true });
  }

  /** One bit in the middle. */
  flip(path: string): void {
    const bytes = readFileSync(join(this.root, path));
    bytes[bytes.length >> 1]! ^= 1;
    this.write(path, bytes);
  }

  /** Every file that the index is served as, plain and by hash, below a folder of the origin. */
  indexFiles(): readonly string[] {
    return readdirSync(join(this.root, INDEX), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1))
      .filter((path) => /\/by-hash\/|\/Packages\.gz$/.test(path));
  }

  /** Another text of Release, signed as it should be. */
  async resign(change: (release: string) => string, signer: Signer, at: Instant): Promise<void> {
    const release = change(this.read('debian/dists/stable/Release'));
    this.write('debian/dists/stable/Release', release);
    this.write('debian/dists/stable/InRelease', await signer.clearSign(release, at));
    this.write('debian/dists/stable/Release.gpg', await signer.detachSign(Buffer.from(release), at));
  }

  /** Other entries in every index, with hashes and signatures that vouch for them. */
  async rewriteIndexes(change: (entries: string[]) => string[], signer: Signer, at: Instant): Promise<void> {
    const lines = new Map<string, string>();
    for (const path of this.indexFiles().filter((one) => one.endsWith('/Packages.gz'))) {
      const entries = gunzipSync(readFileSync(join(this.root, path)))
        .toString()
        .split('\n\n')
        .filter(Boolean);
      const plain = Buffer.from(
        change(entries)
          .map((entry) => `${entry}\n\n`)
          .join(''),
      );
      const packed = gzipSync(plain);
      const listed = path.slice('debian/dists/stable/'.length);
      lines.set(listed, ` ${sha256(packed)} ${packed.length} ${listed}`);
      const open = listed.replace(/\.gz$/, '');
      lines.set(open, ` ${sha256(plain)} ${plain.length} ${open}`);
      this.write(path, packed);
      this.write(`${path.replace(/Packages\.gz$/, 'by-hash/SHA256/')}${sha256(packed)}`, packed);
    }
    const replace = (line: string) => lines.get(line.split(' ')[3] ?? '') ?? line;
    await this.resign((text) => text.split('\n').map(replace).join('\n'), signer, at);
  }

  /** Serves it and has a client prove it. */
  async ask<Answer>(sealed: SealedGeneration, ask: (request: VerifyRequest) => Promise<Answer>): Promise<Answer> {
    const { settings } = this.#fixture;
    const config = { ...settings.config, origin: { ...settings.config.origin, path: this.root } };
    const view = await new HttpViewServer({ config, onRequest: (one) => this.requests.push(one) }).open('live');
    const packages = Object.values(sealed.repositories).flatMap((content) =>
      content.packages.map((one) => one.package),
    );
    const signal = new AbortController().signal;
    try {
      return await ask({
        baseUrl: view.baseUrl,
        generation: sealed,
        settings,
        packages: [...new Set(packages)],
        provesRefusals: true,
        signal,
      });
    } finally {
      await view.close();
    }
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
