import type { ListedPackage } from './generation.ts';

/** `1.0`, from revision 2 on `1.0-2`: the folder of a files repository that a release's packages lie in, for ever. */
export const versionFolder = ({ version, revision }: Pick<ListedPackage, 'version' | 'revision'>): string =>
  revision === 1 ? version : `${version}-${revision}`;
