import type { Sha256 } from '../../../kernel/ids.ts';
import type { PackageOptions } from '../../config/resolved-config.ts';
import { arHeader, arMagic, arPadding } from '../archive/ar-archive.ts';
import { gzip } from '../archive/gzip-header.ts';
import { tarPieces } from '../archive/tar-pieces.ts';
import { debControl } from './deb-control.ts';
import { maintainerScripts } from './maintainer-scripts.ts';
import { controlEntries, type DebPlan } from './plan-deb.ts';
import { systemdParts, systemdUnit } from './systemd-snippets.ts';

/** What is known of a deb once its files were read. */
export interface DebTexts {
  /** Texts of {@link DebPlan.scripts} and {@link DebPlan.units}. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly units: Readonly<Record<string, string>>;
  readonly md5: ReadonlyMap<Sha256, string>;
}

/** control.tar.gz: always gzip, which every dpkg reads; it is small. */
export function debControlArchive(
  plan: DebPlan,
  options: PackageOptions,
  version: string,
  texts: DebTexts,
  mtimeS: number,
): Buffer {
  const units = Object.entries(texts.units).map(([name, text]) => systemdUnit(name, text));
  const members = controlEntries({
    control: debControl(options, version, plan.entries),
    conffiles: plan.conffiles.map((path) => `${path}\n`).join(''),
    md5sums: md5sums(plan, texts.md5),
    ...maintainerScripts(texts.scripts, systemdParts(units)),
  });
  const pieces = [...tarPieces(members, { long: 'gnu', prefix: './', mtimeS })];
  return gzip(Buffer.concat(pieces.filter((piece) => piece instanceof Uint8Array)));
}

/** A blob without bytes is never opened. */
const MD5_OF_NOTHING = 'd41d8cd98f00b204e9800998ecf8427e';

/** As dh_md5sums: every file but the conffiles, which an administrator may change. For finding damage, not for proof. */
function md5sums(plan: DebPlan, md5: ReadonlyMap<Sha256, string>): string {
  const conffiles = new Set(plan.conffiles);
  return plan.entries
    .flatMap((entry) => {
      if (entry.kind !== 'file' || entry.content instanceof Uint8Array || conffiles.has(`/${entry.path}`)) return [];
      const { sha256, sizeBytes } = entry.content;
      const sum = sizeBytes === 0 ? MD5_OF_NOTHING : md5.get(sha256);
      if (sum === undefined) throw new TypeError(`${entry.path} was not read`);
      return [`${sum}  ${entry.path}\n`];
    })
    .join('');
}

/**
 * What stands before and after the bytes of data.tar in a deb (deb(5)): magic, `debian-binary`, control.tar.gz, headers, padding.
 * @throws {PackageTooLargeError}
 */
export function debFrame(
  controlArchive: Buffer,
  data: { readonly name: 'data.tar.gz' | 'data.tar.xz'; readonly sizeBytes: number },
  mtimeS: number,
): { readonly head: Buffer; readonly tail: Buffer } {
  const format = Buffer.from('2.0\n');
  const head = Buffer.concat([
    arMagic(),
    arHeader('debian-binary', format.length, mtimeS),
    format,
    arHeader('control.tar.gz', controlArchive.length, mtimeS),
    controlArchive,
    arPadding(controlArchive.length),
    arHeader(data.name, data.sizeBytes, mtimeS),
  ]);
  return { head, tail: arPadding(data.sizeBytes) };
}
