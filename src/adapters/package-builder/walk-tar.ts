import { MemberGuard } from '../../domain/package/archive/member-guard.ts';
import { TAR_TYPE } from '../../domain/package/archive/tar-header.ts';
import { type TarMember, TarReader, type TarVisitor } from '../../domain/package/archive/tar-reader.ts';

/** Counts the members of a tar archive, and refuses one that would be unpacked outside. @throws {PackageFormatError} */
export async function walkTar(chunks: AsyncIterable<Uint8Array>, fileName: string): Promise<number> {
  const guard = new MemberGuard(fileName);
  await readTar(chunks, { member: (member) => guard.check(member.path, linkOf(member)) });
  return guard.count;
}

function linkOf({ type, link }: TarMember): { readonly target: string; readonly hard: boolean } | undefined {
  if (type === TAR_TYPE.link) return { target: link, hard: false };
  return type === TAR_TYPE.hardLink ? { target: link, hard: true } : undefined;
}

/** @throws {PackageFormatError} */
export async function readTar(chunks: AsyncIterable<Uint8Array>, visitor: TarVisitor): Promise<void> {
  const reader = new TarReader(visitor);
  // To the last byte, also after the archive's end: only then were all sums of the compression checked.
  for await (const chunk of chunks) reader.push(chunk);
  reader.end();
}
