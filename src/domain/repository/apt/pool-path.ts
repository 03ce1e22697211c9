import type { ListedPackage } from '../generation.ts';
import { checkName } from '../safe-name.ts';

/**
 * Where a deb lies below its repository: `pool/h/hello_1.0_all.deb`, made from what the package says of itself, since a
 * build may call its output `hello.deb` every time. As Debian does, the name leaves the epoch out; a folder keeps 1:1.0 and
 * 1.0 apart.
 */
export function poolPath({ facts, fileName }: ListedPackage): string {
  if (facts.format !== 'deb') throw new TypeError(`${fileName} is not a deb`);
  const [, epoch, rest] = /^(?:(\d+):)?(.*)$/s.exec(facts.version) ?? [];
  const name = `${facts.name}_${rest}_${facts.arch}.deb`;
  checkName('package file', name);
  const folder = epoch === undefined || Number(epoch) === 0 ? '' : `epoch-${epoch}/`;
  return `pool/${facts.name.charAt(0)}/${folder}${name}`;
}
