import type { DerivedPackage } from './derive-defaults.ts';
import { mapValues } from './map-values.ts';
import type { FileTarget, PackageOptions } from './resolved-config.ts';

type Built = Extract<DerivedPackage, { uses: 'deb' | 'tar' | 'zip' }>;

const RELATIONS = [
  'depends',
  'pre-depends',
  'recommends',
  'suggests',
  'enhances',
  'breaks',
  'conflicts',
  'provides',
  'replaces',
] as const;

const OPTIONAL = ['version', 'description', 'license', 'homepage', 'section', 'priority', 'root'] as const;

/** `with:` of deb, tar and zip. Templates stay: they are filled when the package is built. */
export function resolvePackageOptions(item: Built): PackageOptions {
  const options = item.with as Extract<Built, { uses: 'deb' }>['with'] & { root?: string };
  const texts = OPTIONAL.map((key) => [key, options[key]] as const).filter(([, value]) => value !== undefined);
  const isDeb = item.uses === 'deb';
  return {
    name: options.name ?? '',
    summary: options.summary ?? '',
    maintainer: options.maintainer ?? '',
    arch: options.arch,
    files: mapValues(options.files, resolveTarget),
    relations: Object.fromEntries(
      RELATIONS.map((key) => [key, options[key]] as const).filter(
        (entry): entry is [(typeof entry)[0], string] => entry[1] !== undefined,
      ),
    ),
    conffiles: isDeb ? options.conffiles : [],
    scripts: isDeb ? options.scripts : {},
    systemd: isDeb ? options.systemd : [],
    compression: isDeb ? options.compression : 'gzip',
    ...(Object.fromEntries(texts) as Pick<PackageOptions, (typeof OPTIONAL)[number]>),
  };
}

function resolveTarget(target: Built['with']['files'][string]): FileTarget {
  if (typeof target === 'string') return { to: target };
  const { to, mode, owner, config, dir, link } = target;
  return {
    to,
    ...(mode !== undefined && { mode: Number.parseInt(mode, 8) }),
    ...(owner !== undefined && { owner }),
    ...(config !== undefined && { config }),
    ...(dir !== undefined && { dir }),
    ...(link !== undefined && { link }),
  };
}
