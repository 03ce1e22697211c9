import { join } from 'node:path';
import type { RepositoryConfig } from '../../domain/config/resolved-config.ts';
import { type AptMemory, type AptTree, aptTree } from '../../domain/repository/apt/apt-tree.ts';
import { type AptSource, listFile, sourcesFile } from '../../domain/repository/apt/client-files.ts';
import { poolPath } from '../../domain/repository/apt/pool-path.ts';
import { indexPage } from '../../domain/repository/index-page.ts';
import { keyFiles } from '../../domain/repository/public-keys.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { GenerationSummary } from '../../ports/origin.ts';
import { poolLink, type RepositoryDraft, type WrittenRepository } from './generation-draft.ts';
import { writeFiles } from './write-plain-files.ts';

type AptConfig = Extract<RepositoryConfig, { type: 'apt' }>;

/** An older generation whose index files are kept, and the folder it lies in. */
export interface CarriedFrom {
  readonly summary: GenerationSummary;
  readonly folder: string;
}

/** Writes an apt repository into its generation: index, signatures, old indexes, client files, keys, page. */
export async function writeApt(
  draft: RepositoryDraft,
  config: AptConfig,
  carriedFrom: readonly CarriedFrom[],
  memory: AptMemory | undefined,
): Promise<{ readonly written: WrittenRepository; readonly memory: AptMemory }> {
  const { plan, project, name, packages, folder, signer, key } = draft;
  const tree = aptTree(project, config, plan.date, packages, memory);
  const signing = Promise.all([
    signer.clearSign(tree.release, plan.date),
    signer.detachSign(Buffer.from(tree.release), plan.date),
  ]);
  signing.catch(() => undefined); // awaited below: this only says that a rejection before that is not lost
  const indexes = await writeIndexes(draft, tree);
  const carried = carryIndexes(draft, carriedFrom, new Set(Object.keys(indexes)));
  const client = clientFiles(draft, config);
  const [inRelease, releaseGpg] = await signing;
  const files = await writeFiles(draft, {
    [`${tree.releaseFolder}/Release`]: tree.release,
    [`${tree.releaseFolder}/Release.gpg`]: releaseGpg,
    [`${tree.releaseFolder}/InRelease`]: inRelease,
    ...keyFiles(project, key.fingerprint, key.publicKey),
    ...client,
  });
  const links = { pool: poolLink(draft), ...tree.links };
  for (const [path, target] of Object.entries(links)) folder.symlink(target, join(name, path));
  return {
    written: { files: { ...files, ...indexes }, links, carried, namesBase: Object.keys(client).sort() },
    memory: tree.memory,
  };
}

/** Each index once under its digest, and linked where clients that know no by-hash look for it. */
async function writeIndexes({ folder, name, plan }: RepositoryDraft, tree: AptTree): Promise<Record<string, Sha256>> {
  const files: Record<string, Sha256> = {};
  for (const { path, byHashPath, bytes, sha256 } of tree.indexes) {
    if (files[byHashPath] === undefined) await folder.write(join(name, byHashPath), bytes, plan.date);
    folder.link(join(folder.path, name, byHashPath), join(name, path));
    files[byHashPath] = sha256;
    files[path] = sha256;
  }
  return files;
}

/**
 * Links index files of older generations, by the name that is their digest. A client that has read an older InRelease asks
 * for these; without them a flip of the tree has a window (packaging 11: 54 of 154 updates failed).
 */
function carryIndexes(
  { folder, name }: RepositoryDraft,
  carriedFrom: readonly CarriedFrom[],
  present: ReadonlySet<string>,
): Record<string, Sha256[]> {
  const carried: Record<string, Sha256[]> = {};
  const linked = new Set(present);
  for (const { summary, folder: from } of carriedFrom) {
    for (const [path, sha256] of Object.entries(summary.record.repositories[name]?.files ?? {})) {
      const inside = /^(.*\/by-hash\/SHA256)\/[0-9a-f]{64}$/.exec(path)?.[1];
      if (inside === undefined || linked.has(path)) continue;
      linked.add(path);
      folder.link(join(from, name, path), join(name, path));
      const digests = carried[inside];
      if (digests === undefined) carried[inside] = [sha256];
      else digests.push(sha256);
    }
  }
  return carried;
}

function clientFiles(draft: RepositoryDraft, config: AptConfig): Record<string, string> {
  const { project, url, key, plan, packages } = draft;
  const source: AptSource = { project, url, ...config, publicKey: key.publicKey };
  const install = packages.find(({ facts }) => facts.format === 'deb' && facts.name === project) ?? packages.at(-1);
  const page = indexPage({
    project,
    channel: plan.channel,
    date: plan.date,
    key,
    install: [
      `sudo curl -fsSLo /etc/apt/sources.list.d/${project}.sources ${url}/${project}.sources`,
      'sudo apt update',
      ...(install?.facts.format === 'deb' ? [`sudo apt install ${install.facts.name}`] : []),
    ],
    packages,
    describe: (listed) => ({
      name: listed.facts.format === 'deb' ? listed.facts.name : listed.fileName,
      version: listed.facts.format === 'deb' ? listed.facts.version : listed.version,
      href: poolPath(listed),
    }),
  });
  return { [`${project}.sources`]: sourcesFile(source), [`${project}.list`]: listFile(source), 'index.html': page };
}
