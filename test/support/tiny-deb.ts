import { gzipSync } from 'node:zlib';

/** A member of an archive: name and bytes. */
type Member = readonly [name: string, bytes: Buffer];

/** ustar (POSIX.1-1988), root-owned, time 0: enough for a package of one small file. */
function tar(members: readonly Member[]): Buffer {
  const blocks = members.flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    const isFolder = name.endsWith('/');
    header.write(name, 0);
    header.write(isFolder ? '0000755\0' : '0000644\0', 100);
    header.write('0000000\0'.repeat(2), 108);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write(`        ${isFolder ? '5' : '0'}`, 148);
    header.write('ustar\u000000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function ar(members: readonly Member[]): Buffer {
  const parts = members.flatMap(([name, bytes]) => [
    Buffer.from(
      `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`,
    ),
    bytes,
    Buffer.alloc(bytes.length % 2, '\n'),
  ]);
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

export interface TinyDeb {
  readonly fileName: string;
  readonly control: string;
  readonly bytes: Buffer;
}

/** A deb that a real dpkg installs, made independently of Slipway's own builder. `fields` are more lines of its control file. */
export function tinyDeb(
  name: string,
  version: string,
  arch = 'all',
  fields = '',
  payload = `${name} ${version}\n`,
): TinyDeb {
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: ${arch}\nMaintainer: Slipway <test@slipway.invalid>\nSection: misc\nPriority: optional\n${fields}Description: a package for tests\n Only there to be installed.`;
  const folders = ['./', './usr/', './usr/share/', `./usr/share/${name}/`].map(
    (path): Member => [path, Buffer.alloc(0)],
  );
  const data = tar([...folders, [`./usr/share/${name}/payload.txt`, Buffer.from(payload)]]);
  const bytes = ar([
    ['debian-binary', Buffer.from('2.0\n')],
    ['control.tar.gz', gzipSync(tar([['./control', Buffer.from(`${control}\n`)]]))],
    ['data.tar.gz', gzipSync(data)],
  ]);
  return { fileName: `${name}_${version.replace(/^\d+:/, '')}_${arch}.deb`, control, bytes };
}
