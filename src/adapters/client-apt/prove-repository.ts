import type { ListedPackage } from '../../domain/repository/generation.ts';
import type { AptEvidence } from './apt-evidence.ts';
import { AptRoot, type ClientFile } from './apt-root.ts';
import { downloadDeb, installDeb, tryDeb, unpackDeb, type WantedDeb } from './prove-deb.ts';
import { openSpoilingProxy } from './spoiling-proxy.ts';

/** How apt says no (2.4 to 3.0, with gpgv or sqv). */
const WRONG_BYTES = /Hash Sum mismatch|unexpected size/;
const WRONG_KEY = /NO_PUBKEY|[Mm]issing key|not signed/;

/** One apt repository of a view, and what must come out of it. */
export interface AptProof {
  readonly baseUrl: string;
  /** `<project>.sources`, with the key inside. */
  readonly sources: ClientFile;
  /** `<project>.list`, with its keyring. */
  readonly list: ClientFile;
  /** Public key of nobody who signs here. */
  readonly strangerKeyring: Buffer;
  /** What this release brought, and, when there is one, the newest version before it. */
  readonly wanted: readonly { readonly listed: ListedPackage; readonly previous: ListedPackage | undefined }[];
  /** Names of all packages of the repository. */
  readonly held: ReadonlySet<string>;
  readonly provesRefusals: boolean;
  readonly hostArch: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Does what users do, each thing on an empty machine; then what must not work. */
export async function proveRepository(proof: AptProof, evidence: AptEvidence): Promise<void> {
  const { sources, list, wanted, hostArch } = proof;
  await withRoot(proof, list, hostArch, (root) =>
    evidence.record(`update with ${list.fileName}`, () => root.apt('update')),
  );
  if (wanted.length === 0)
    await withRoot(proof, sources, hostArch, (root) =>
      evidence.record(`update with ${sources.fileName}`, () => root.apt('update')),
    );
  for (const one of wanted) await proveInstall(proof, one, evidence);
  if (proof.provesRefusals) await proveRefusals(proof, evidence);
}

async function proveInstall(
  proof: AptProof,
  { listed, previous }: AptProof['wanted'][number],
  evidence: AptEvidence,
): Promise<void> {
  const deb = debOf(listed);
  await withRoot(proof, proof.sources, deb.arch, async (root) => {
    const updated = await evidence.record(`update with ${proof.sources.fileName}`, () => root.apt('update'));
    if (updated.exitCode !== 0) return;
    const fetched = await evidence.record(`download ${deb.name} ${deb.version}`, () => downloadDeb(root, deb));
    if (fetched.exitCode !== 0) return;
    const trial = await tryDeb(root, deb, proof.held);
    if (trial.can === 'unpack') {
      await evidence.record(`unpack ${deb.name} ${deb.version}`, () => unpackDeb(root, trial.because));
      return;
    }
    await evidence.record(`install ${deb.name} ${deb.version}`, () => installDeb(root, deb));
    if (previous) await proveUpgrade(proof, debOf(previous), deb, evidence);
  });
}

/** What a user does who has the version before. */
async function proveUpgrade(
  proof: AptProof,
  from: WantedDeb,
  to: WantedDeb & { arch: string },
  evidence: AptEvidence,
): Promise<void> {
  await withRoot(proof, proof.sources, to.arch, async (root) => {
    await evidence.record(`upgrade ${to.name} from ${from.version} to ${to.version}`, async () => {
      const updated = await root.apt('update');
      if (updated.exitCode !== 0) return updated;
      const before = await installDeb(root, from);
      return before.exitCode === 0 ? installDeb(root, to) : before;
    });
  });
}

/** A changed package, a changed index and a stranger's key: apt must refuse each, or its "yes" above means nothing. */
async function proveRefusals(proof: AptProof, evidence: AptEvidence): Promise<void> {
  const { sources, list, hostArch, strangerKeyring, wanted } = proof;
  const smallest = [...wanted].sort((a, b) => a.listed.sizeBytes - b.listed.sizeBytes)[0];
  if (smallest) {
    const deb = debOf(smallest.listed);
    await withSpoiled(proof, /\.deb$/, async (client) =>
      withRoot(proof, client(sources), deb.arch, (root) =>
        evidence.refuse('a changed package', WRONG_BYTES, async () => {
          const updated = await root.apt('update');
          // The indexes are whole: a failure here is not the refusal we want to see.
          if (updated.exitCode !== 0) return { exitCode: 1, said: updated.said };
          return downloadDeb(root, deb);
        }),
      ),
    );
  }
  await withSpoiled(proof, /\/by-hash\/|\/Packages(\.\w+)?$/, (client) =>
    withRoot(proof, client(sources), hostArch, (root) =>
      evidence.refuse('a changed index', WRONG_BYTES, () => root.apt('update')),
    ),
  );
  await withRoot(proof, { ...list, keyring: strangerKeyring }, hostArch, (root) =>
    evidence.refuse("a stranger's signature", WRONG_KEY, () => root.apt('update')),
  );
}

async function withSpoiled<Value>(
  { baseUrl }: AptProof,
  changed: RegExp,
  use: (client: (file: ClientFile) => ClientFile) => Promise<Value>,
): Promise<Value> {
  const proxy = await openSpoilingProxy(baseUrl, (path) => changed.test(path));
  try {
    return await use((file) => ({ ...file, text: file.text.replaceAll(`${baseUrl}/`, `${proxy.baseUrl}/`) }));
  } finally {
    await proxy.close();
  }
}

async function withRoot<Value>(
  { timeoutMs, signal, hostArch }: AptProof,
  source: ClientFile,
  arch: string,
  use: (root: AptRoot) => Promise<Value>,
): Promise<Value> {
  const root = await AptRoot.create(source, { arch: arch === 'all' ? hostArch : arch, timeoutMs, signal });
  try {
    return await use(root);
  } finally {
    await root.remove();
  }
}

function debOf({ facts, fileName }: ListedPackage): WantedDeb & { readonly arch: string } {
  if (facts.format !== 'deb') throw new TypeError(`${fileName} is not a deb`);
  return facts;
}
