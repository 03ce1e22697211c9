// The process that bench/apt-index.mjs measures: Slipway's own path from debs in the artifact store to a live apt repository.
// Told what to do over IPC, one task at a time; answers with seconds, CPU seconds and what it wrote. It holds nothing else, so
// its peak memory is that of the path.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { importSource } from './import-source.mjs';

const { DiskArtifactStore, DiskOrigin, debMembers, FileSource, makeTestSigner, planChange, readControl, TarReader } =
  await importSource(
    'src/adapters/artifacts-disk/disk-artifact-store.ts',
    'src/adapters/origin-disk/disk-origin.ts',
    'src/adapters/package-builder/file-source.ts',
    'src/domain/package/archive/tar-reader.ts',
    'src/domain/package/deb/deb-members.ts',
    'src/domain/package/deb/read-control.ts',
    'src/domain/repository/plan-change.ts',
    'test/support/test-signer.ts',
  );

const work = process.argv[2];
const store = await DiskArtifactStore.open(join(work, 'store'));
const { signer, key, privateKey } = await makeTestSigner(Date.now());
const journal = { id: 'bench', position: 1 };
const apt = {
  type: 'apt',
  sign: 'gpg',
  layout: 'suites',
  suite: 'stable',
  components: ['main'],
  keepMs: 7 * 86_400_000,
};

/** Name, version and control stanza as apt-ftparchive reads them: the control archive, not the data. */
function readFacts(source) {
  const { control } = debMembers(source);
  const chunks = [];
  let isControl = false;
  const reader = new TarReader({
    member: ({ path }) => {
      isControl = path === './control';
    },
    content: (chunk) => isControl && chunks.push(chunk),
  });
  reader.push(gunzipSync(control.bytes.read(0, control.bytes.sizeBytes)));
  return readControl(Buffer.concat(chunks));
}

function listedAs(fileName, blob, facts) {
  const { name, version } = facts;
  const release = { release: `main-${version}`, version, revision: 1, releasedAt: Date.now() };
  return { package: name, fileName, ...blob, facts, ...release };
}

/** Reads and hashes a small deb, as every reader of a folder of debs must. */
function listed(folder, name) {
  const bytes = readFileSync(join(folder, name));
  const source = { sizeBytes: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return listedAs(name, { sha256, sizeBytes: bytes.length }, readFacts(source));
}

class Repository {
  #number = 0;

  constructor(root) {
    this.root = root;
    this.origin = new DiskOrigin(root, store);
    const config = {
      project: 'bench',
      origin: { path: root },
      repositories: { apt },
      channels: { stable: { apt: 'debian' } },
    };
    this.settings = { config, signers: { gpg: { signer, key } } };
  }

  /** Plan, write, flip: what a promotion does in process. */
  async publish(packages) {
    const before = await this.origin.current('stable');
    const parent = before && (await this.origin.generation('stable', before.number));
    const { content } = planChange('apt', 'apt', parent?.repositories.apt ?? { packages: [] }, packages);
    this.#number += 1;
    const date = Math.max(Math.floor(Date.now() / 1000) * 1000, (parent?.date ?? 0) + 1000);
    const plan = { channel: 'stable', number: this.#number, parent: parent?.number ?? null, release: 'bench', date };
    const sealed = await this.origin.write({ ...plan, journal, repositories: { apt: content } }, this.settings);
    await this.origin.flip('stable', { before: before ?? null, after: sealed, epoch: 1 });
  }

  /** Bytes of files that the last generation does not share with an older one, by what they are for. */
  written() {
    const bytes = { index: 0, other: 0 };
    const seen = new Set();
    const walk = (folder, isIndex) => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) walk(path, isIndex || entry.name === 'dists');
        if (!entry.isFile()) continue;
        const { ino, size, nlink } = lstatSync(path);
        const names = isIndex ? 4 : 1; // an index has its plain name and its digest, for `all` and for amd64
        if (seen.has(ino) || nlink > names) continue;
        seen.add(ino);
        bytes[isIndex ? 'index' : 'other'] += size;
      }
    };
    walk(join(this.root, 'gen/stable', String(this.#number)), false);
    return bytes;
  }
}

let main;
let big;
const tasks = {
  /** Not measured: a build has put its package there, hashed and read, long before. */
  async fill({ folder }) {
    const names = readdirSync(folder);
    while (names.length > 0)
      await Promise.all(names.splice(0, 32).map((name) => store.put(readFileSync(join(folder, name)))));
    return { privateKey };
  },
  async scratch({ folder, root }) {
    const repository = new Repository(root);
    const packages = readdirSync(folder).map((name) => listed(folder, name));
    await repository.publish(packages);
    main = repository;
  },
  async add({ path }) {
    await store.put(readFileSync(path));
    await main.publish([listed(dirname(path), basename(path))]);
  },
  async ten({ folder, root }) {
    big = new Repository(root);
    await big.publish(readdirSync(folder).map((name) => listed(folder, name)));
  },
  async big({ path }) {
    const blob = await store.putFile(path); // copied, hashed and brought to disk
    const source = new FileSource(path);
    await big.publish([listedAs(basename(path), blob, readFacts(source))]);
    source.close();
  },
};

process.on('message', async ({ task, ...input }) => {
  const [cpu, from] = [process.cpuUsage(), performance.now()];
  const answer = (await tasks[task](input)) ?? {};
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const written = task === 'add' || task === 'scratch' ? main.written() : undefined;
  const peakMB = process.resourceUsage().maxRSS / 1024;
  process.send({ ...answer, seconds, cpuSeconds: (user + system) / 1e6, written, peakMB });
});
process.send('ready');
