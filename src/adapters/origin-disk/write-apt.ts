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
  const [inRelease, releaseGpg] = await Promise.all([
    signer.clearSign(tree.release, plan.date),
    signer.detachSign(Buffer.from(tree.release), plan.date),
  ]);
  const indexes = await writeIndexes(draft, tree);
  const carried = await carryIndexes(draft, carriedFrom, new Set(Object.keys(indexes)));
  const client = clientFiles(draft, config);
  const files = await writeFiles(folder, name, plan.date, {
    [`${tree.releaseFolder}/Release`]: tree.release,
    [`${tree.releaseFolder}/Release.gpg`]: releaseGpg,
    [`${tree.releaseFolder}/InRelease`]: inRelease,
    ...keyFiles(project, key.fingerprint, key.publicKey),
    ...client,
  });
  const links = { pool: poolLink(draft) };
  await folder.symlink(links.pool, join(name, 'pool'));
  return {
    written: { files: { ...files, ...indexes }, links, carried, namesBase: Object.keys(client).sort() },
    memory: tree.memory,
  };
}

/** Each index once under its digest, then by links under the other names it has. */
async function writeIndexes({ folder, name, plan }: RepositoryDraft, tree: AptTree): Promise<Record<string, Sha256>> {
  const files: Record<string, Sha256> = {};
  const first = new Map<Sha256, string>();
  for (const { path, byHashPath, bytes, sha256 } of tree.indexes) {
    const written = first.get(sha256);
    const byHash = join(name, byHashPath);
    if (written === undefined) await folder.write(byHash, bytes, plan.date);
    else await folder.link(join(folder.path, written), byHash);
    first.set(sha256, byHash);
    await folder.link(join(folder.path, byHash), join(name, path));
    files[byHashPath] = sha256;
    files[path] = sha256;
  }
  return files;
}

/**
 * Links index files of older generations, by the name that is their digest. A client that has read an older InRelease asks
 * for these; without them a flip of the tree has a window (packaging 11: 54 of 154 updates failed).
 */
async function carryIndexes(
  { folder, name }: RepositoryDraft,
  carriedFrom: readonly CarriedFrom[],
  present: ReadonlySet<string>,
): Promise<Record<string, Sha256[]>> {
  const carried: Record<string, Sha256[]> = {};
  const linked = new Set(present);
  const linking: Promise<void>[] = [];
  for (const { summary, folder: from } of carriedFrom) {
    for (const [path, sha256] of Object.entries(summary.record.repositories[name]?.files ?? {})) {
      const inside = /^(.*\/by-hash\/SHA256)\/[0-9a-f]{64}$/.exec(path)?.[1];
      if (inside === undefined || linked.has(path)) continue;
      linked.add(path);
      linking.push(folder.link(join(from, name, path), join(name, path)));
      const digests = carried[inside];
      if (digests === undefined) carried[inside] = [sha256];
      else digests.push(sha256);
    }
  }
  await Promise.all(linking);
  return carried;
}

function clientFiles(draft: RepositoryDraft, config: AptConfig): Record<string, string> {
  const { project, url, key, plan, packages } = draft;
  const source: AptSource = { project, url, ...config, publicKey: key.publicKey };
  const names = new Set(packages.map(({ facts }) => (facts.format === 'deb' ? facts.name : '')));
  const page = indexPage({
    project,
    channel: plan.channel,
    date: plan.date,
    key,
    install: [
      `sudo curl -fsSLo /etc/apt/sources.list.d/${project}.sources ${url}/${project}.sources`,
      'sudo apt update',
      ...(names.size > 0 ? [`sudo apt install ${names.has(project) ? project : [...names][0]}`] : []),
    ],
    rows: packages.flatMap((listed) =>
      listed.facts.format === 'deb'
        ? [{ listed, name: listed.facts.name, version: listed.facts.version, href: poolPath(listed) }]
        : [],
    ),
  });
  return { [`${project}.sources`]: sourcesFile(source), [`${project}.list`]: listFile(source), 'index.html': page };
}
