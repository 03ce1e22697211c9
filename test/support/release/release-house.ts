import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskArtifactStore } from '../../../src/adapters/artifacts-disk/disk-artifact-store.ts';
import { DiskTreeStore } from '../../../src/adapters/artifacts-disk/disk-tree-store.ts';
import { MemoryJournal } from '../../../src/adapters/journal-memory/memory-journal.ts';
import { DiskOrigin } from '../../../src/adapters/origin-disk/disk-origin.ts';
import type { ReleaseWorld } from '../../../src/conductor/release/release-world.ts';
import { RunConductor } from '../../../src/conductor/run/run-conductor.ts';
import type { ResolvedConfig } from '../../../src/domain/config/resolved-config.ts';
import type { PlannedConfig } from '../../../src/domain/release/planned-config.ts';
import type { Journal, LeaseHolder } from '../../../src/ports/journal.ts';
import type { Origin } from '../../../src/ports/origin.ts';
import type { PackageBuilder } from '../../../src/ports/package-builder.ts';
import type { RepositoryClient, ViewServer } from '../../../src/ports/repository-client.ts';
import type { Signer, SigningKey } from '../../../src/ports/signer.ts';
import { Mortal } from '../simulated/mortal.ts';
import { makeTestSigner } from '../test-signer.ts';
import { tinyDeb } from '../tiny-deb.ts';
import { type HouseConfig, houseConfig } from './house-config.ts';
import { ReleaseClock } from './release-clock.ts';

/** Made once: a key costs more than a release. */
const signing = makeTestSigner(new ReleaseClock().now());

/** What a test puts in a peer's place, for one process. */
export interface Peers {
  readonly stopAt?: number;
  readonly how?: 'die' | 'freeze';
  readonly journal?: (journal: Journal) => Journal;
  readonly origin?: (origin: Origin) => Origin;
  readonly clients?: readonly RepositoryClient[];
  readonly views?: (config: ResolvedConfig) => ViewServer;
}

/**
 * A place where releases are made: journal in memory; artifact store, origin and signer as users have them. Conductors come,
 * die and freeze; the place stays. Packages are built by a small double, and a client that believes everything stands for the
 * reader, unless a test brings others.
 */
export class ReleaseHouse {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-release-'));
  readonly root = join(this.folder, 'public');
  readonly clock = new ReleaseClock();
  readonly processes: Mortal[] = [];
  readonly journal: MemoryJournal;
  key: SigningKey;
  readonly store: DiskArtifactStore;
  config: ResolvedConfig;
  /** Changes what is built, as a script that is not reproducible does. */
  salt = '';
  /** Packages built so far, by file name. */
  readonly builds: string[] = [];
  /** Called when a client looks at a view. */
  onVerify: (baseUrl: string) => Promise<void> | void = () => undefined;
  /** What the client finds wrong. */
  complaint: string | undefined;
  readonly #signer: Signer;

  private constructor(
    store: DiskArtifactStore,
    made: { signer: Signer; key: SigningKey },
    config: HouseConfig,
    id: string,
  ) {
    this.store = store;
    this.#signer = made.signer;
    this.key = made.key;
    this.config = houseConfig(config);
    const isGone = (holder: LeaseHolder) => this.processes[holder.pid]?.isDead ?? true;
    this.journal = new MemoryJournal({ id, processes: { isGone } });
  }

  static async open(config: HouseConfig = {}, id = 'house'): Promise<ReleaseHouse> {
    const storeFolder = mkdtempSync(join(tmpdir(), 'slipway-release-store-'));
    const house = new ReleaseHouse(await DiskArtifactStore.open(storeFolder), await signing, config, id);
    house.#storeFolder = storeFolder;
    return house;
  }

  #storeFolder = '';

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.#storeFolder, { recursive: true, force: true });
  }

  get planned(): PlannedConfig {
    const digest = createHash('sha256').update(JSON.stringify(this.config)).digest('hex');
    return { config: this.config, digest, context: { baseDir: '/nowhere', epoch: {}, environment: {} } };
  }

  /** Another process's view of the same origin. */
  origin(): Origin {
    return new DiskOrigin(this.root, this.store, { lockWaitMs: 2000 });
  }

  /** A new process that conducts; it dies or freezes at that call to journal or origin. */
  process({ stopAt, how, journal = same, origin = same, clients, views }: Peers = {}): {
    readonly world: ReleaseWorld;
    readonly process: Mortal;
  } {
    const process = new Mortal(this.processes.length, stopAt, how);
    this.processes.push(process);
    const seenJournal = journal(process.seen<Journal>(this.journal.connect(), 'journal'));
    const holder = { host: 'here', bootId: 'boot', pid: process.pid, startTime: '1' };
    const trees = new DiskTreeStore(this.store);
    const runs = new RunConductor({
      journal: seenJournal,
      clock: this.clock,
      holder,
      store: this.store,
      trees,
      executor: undefined as never, // nothing here runs on an agent
      builder: this.#builder(),
      sources: undefined as never,
      parallelSteps: 1,
    });
    const world: ReleaseWorld = {
      journal: seenJournal,
      clock: this.clock,
      holder,
      store: this.store,
      runs,
      clients: clients ?? [this.#believer()],
      views: views ?? (() => ({ open: async () => ({ baseUrl: 'http://127.0.0.1:1', close: async () => undefined }) })),
      origin: () => origin(seenOrigin(process, this.origin())),
      publishing: async (config) => ({ config, signers: { gpg: { signer: this.#signer, key: this.key } } }),
    };
    return { world, process };
  }

  #builder(): PackageBuilder {
    return {
      build: async ({ format, options, version }) => {
        const deb = tinyDeb(options.name, version, 'all', '', `${options.name} ${version}${this.salt}\n`);
        const fileName = format === 'deb' ? deb.fileName : `${options.name}-${version}.tar.gz`;
        this.builds.push(fileName);
        const blob = await this.store.put(format === 'deb' ? deb.bytes : Buffer.from(`${fileName}${this.salt}`));
        if (format !== 'deb') return { fileName, ...blob, facts: { format: 'file' } };
        const { control } = deb;
        return { fileName, ...blob, facts: { format, name: options.name, version, arch: 'all', control } };
      },
      inspect: async () => ({ format: 'file' }),
    };
  }

  #believer(): RepositoryClient {
    return {
      name: 'reader',
      unavailable: async () => undefined,
      verify: async ({ baseUrl, signal }) => {
        await this.onVerify(baseUrl);
        signal.throwIfAborted();
        const said = this.complaint ?? 'ok';
        const row = { client: 'reader', repository: 'apt', did: 'read index', said, durationMs: 1 };
        return [{ ...row, passed: this.complaint === undefined }];
      },
    };
  }
}

const same = <Port>(port: Port): Port => port;

/** An audit is a stream of findings: a dead process has no use for them, and it changes nothing. */
function seenOrigin(process: Mortal, origin: Origin): Origin {
  const seen = process.seen(origin, 'origin');
  return new Proxy(seen, {
    get: (target, key) => (key === 'audit' ? origin.audit.bind(origin) : Reflect.get(target, key)),
  });
}
