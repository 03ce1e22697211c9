// A process that bench/apt-index.mjs measures: Slipway's own path from debs in the artifact store to a live apt repository.
// Told what to do over IPC, one task at a time; answers with seconds, CPU seconds and what it wrote. It does nothing else, so
// its peak memory is that of the path.
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const [work, bundle] = process.argv.slice(2);
const { DiskArtifactStore, DiskOrigin, debMembers, FileSource, makeTestSigner, planChange, readControl, TarReader } =
  await import(bundle);
const store = await DiskArtifactStore.open(join(work, 'store'));
const keyFile = join(work, 'key.asc');
const { signer, key, privateKey } = await makeTestSigner(
  Date.now(),
  existsSync(keyFile) ? readFileSync(keyFile, 'utf8') : undefined,
);
const lists = join(work, 'lists');
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
  reader.push(gunzipSync(control.bytes.read(0, control.bytes.sizeBytes), { chunkSize: 4096 }));
  return readControl(Buffer.concat(chunks));
}

function listedAs(fileName, blob, facts) {
  const { name, version } = facts;
  const release = { release: `main-${version}`, version, revision: 1, releasedAt: Date.now() };
  return { package: name, fileName, ...blob, facts, ...release };
}

const page = Buffer.alloc(65_536);

/** Reads and hashes a small deb, as every reader of a folder of debs must. */
function listed(folder, name) {
  const file = openSync(join(folder, name), 'r');
  const bytes = page.subarray(0, readSync(file, page));
  closeSync(file);
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

  async open() {
    const { number } = await this.origin.current('stable');
    await this.origin.generation('stable', number);
    this.#number = number;
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
        const names = isIndex ? 3 : 1; // an index is there under its digest, for `all` and for amd64
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
    writeFileSync(keyFile, privateKey);
  },
  async scratch({ folder, root }) {
    main = new Repository(root);
    const packages = readdirSync(folder).map((name) => listed(folder, name));
    return await measured(() => main.publish(packages));
  },
  /** The same without reading debs: packages as the plan of a release holds them. */
  async list({ folder }) {
    const names = readdirSync(folder);
    mkdirSync(lists);
    for (let at = 0; at < names.length; at += 100) {
      const part = names.slice(at, at + 100).map((name) => listed(folder, name));
      writeFileSync(join(lists, `${at}.json`), JSON.stringify(part));
    }
  },
  async listed({ root }) {
    main = new Repository(root);
    await main.publish(readdirSync(lists).flatMap((name) => JSON.parse(readFileSync(join(lists, name), 'utf8'))));
  },
  /** A conductor that starts: it knows nothing yet of what is there. */
  async open({ root }) {
    main = new Repository(root);
    await main.open();
  },
  async add({ path }) {
    await store.put(readFileSync(path));
    const added = [listed(dirname(path), basename(path))];
    return await measured(() => main.publish(added));
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

async function measured(action) {
  const [cpu, from] = [process.cpuUsage(), performance.now()];
  await action();
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6, peakMB: process.resourceUsage().maxRSS / 1024 };
}

process.on('message', async ({ task, ...input }) => {
  let generation;
  const whole = await measured(async () => {
    generation = await tasks[task](input);
  });
  process.send({ ...whole, generation, written: main?.written(), peakMB: process.resourceUsage().maxRSS / 1024 });
});
process.send('ready');
