import type { PackageOptions } from '../../src/domain/config/resolved-config.ts';

/** Options of a package as the config resolves them when only these were written. */
export const packageOptions = (options: Partial<PackageOptions> = {}): PackageOptions => ({
  name: 'hello',
  summary: 'hello',
  maintainer: 'hello <noreply@localhost>',
  arch: 'all',
  files: {},
  relations: {},
  conffiles: [],
  scripts: {},
  systemd: [],
  compression: 'gzip',
  ...options,
});
