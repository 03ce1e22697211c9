import type { ListedPackage } from '../generation.ts';
import { checkName } from '../safe-name.ts';
import { versionFolder } from '../version-folder.ts';

/** One folder of a files repository: a release's files, which never change. */
export interface VersionFiles {
  readonly folder: string;
  readonly packages: readonly ListedPackage[];
}

/** Names at the root of a files repository that no version may take. */
export const reservedFolders = (project: string): readonly string[] => [
  'latest',
  'index.html',
  `${project}.key`,
  `${project}.gpg`,
];

/** The packages of a files repository by their folder, folders in order of name. Names are checked here. */
export function groupByFolder(project: string, packages: readonly ListedPackage[]): readonly VersionFiles[] {
  const folders = new Map<string, ListedPackage[]>();
  for (const listed of packages) {
    const folder = versionFolder(listed);
    const there = folders.get(folder);
    if (there === undefined) folders.set(folder, [listed]);
    else there.push(listed);
  }
  return [...folders]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([folder, inside]) => {
      checkName('version', folder, reservedFolders(project));
      for (const { fileName } of inside) checkName('file', fileName, namesBeside(inside));
      return { folder, packages: inside };
    });
}

/** `<hex>  NAME`: what `sha256sum -c` reads. */
const checksumLine = ({ sha256, fileName }: ListedPackage): string => `${sha256}  ${fileName}\n`;

/** `NAME.sha256` of every file, and `SHA256SUMS` of all. */
export function checksumFiles(packages: readonly ListedPackage[]): Readonly<Record<string, string>> {
  const sorted = [...packages].sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
  const files: Record<string, string> = { SHA256SUMS: sorted.map(checksumLine).join('') };
  for (const listed of sorted) files[`${listed.fileName}.sha256`] = checksumLine(listed);
  return files;
}

/** Names that Slipway itself writes into such a folder. */
const namesBeside = (packages: readonly ListedPackage[]): readonly string[] => [
  'SHA256SUMS',
  'SHA256SUMS.asc',
  ...packages.flatMap(({ fileName, signature }) => [`${fileName}.sha256`, ...(signature ? [`${fileName}.asc`] : [])]),
];
