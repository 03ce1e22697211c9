import { join } from 'node:path';
import type { RepositoryConfig } from '../../domain/config/resolved-config.ts';
import { groupByFolder } from '../../domain/repository/files/version-files.ts';
import { indexPage } from '../../domain/repository/index-page.ts';
import { keyFiles } from '../../domain/repository/public-keys.ts';
import { versionFolder } from '../../domain/repository/version-folder.ts';
import { poolLink, type RepositoryDraft, type WrittenRepository } from './generation-draft.ts';
import { writeFiles } from './write-plain-files.ts';

type FilesConfig = Extract<RepositoryConfig, { type: 'files' }>;

/** Writes a files repository into its generation: a link for each version's folder, `latest`, keys, page. */
export async function writeFilesRepository(draft: RepositoryDraft, config: FilesConfig): Promise<WrittenRepository> {
  const { project, name, packages, folder, key, latest } = draft;
  const links: Record<string, string> = {};
  for (const { folder: version } of groupByFolder(project, packages)) links[version] = poolLink(draft, version);
  // A redirect is answered by whoever serves: it reads `latest` in generation.json.
  if (latest !== undefined && config.latest === 'symlink') links['latest'] = latest;
  for (const [path, target] of Object.entries(links)) folder.symlink(target, join(name, path));
  const page = pageOf(draft);
  const files = await writeFiles(draft, {
    'index.html': page,
    ...keyFiles(project, key.fingerprint, key.publicKey),
  });
  return { files, links, carried: {}, namesBase: ['index.html'] };
}

function pageOf({ project, url, plan, key, packages, latest }: RepositoryDraft): string {
  const newest = packages.find((listed) => versionFolder(listed) === latest) ?? packages.at(-1);
  return indexPage({
    project,
    channel: plan.channel,
    date: plan.date,
    key,
    ...(latest !== undefined && { latest }),
    install:
      newest === undefined
        ? []
        : [
            `curl -fLO ${url}/${versionFolder(newest)}/${newest.fileName} -O ${url}/${versionFolder(newest)}/SHA256SUMS`,
            'sha256sum -c --ignore-missing SHA256SUMS',
          ],
    packages,
    describe: (listed) => ({
      name: listed.fileName,
      version: versionFolder(listed),
      href: `${versionFolder(listed)}/${listed.fileName}`,
    }),
  });
}
