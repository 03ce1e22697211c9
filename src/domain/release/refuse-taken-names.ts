import { packageFileName } from '../package/package-file-name.ts';
import { compareDebVersions } from '../package/version/deb-version.ts';
import { compareLineVersions } from '../package/version/line-version.ts';
import { plannedPackageVersion } from '../package/version/package-version.ts';
import type { ListedPackage } from '../repository/generation.ts';
import type { BuildStep, PlannedRun } from '../run/run-plan.ts';
import { templateLookup } from '../run/template-lookup.ts';
import { fillTemplates } from '../template/fill-template.ts';
import { NameTakenError, VersionRefusedError } from './release-errors.ts';

/** A package of a plan, as far as it can be known before it is built. */
interface ExpectedPackage {
  readonly package: string;
  readonly fileName: string;
  /** Of a deb: what apt tells packages apart by. */
  readonly deb?: { readonly name: string; readonly version: string; readonly arch: string };
}

/**
 * Before a version is spent: in each format's own order it must be greater than what users of the channel have from this
 * line, and no file of that name or version may be there already, from whatever release (promotion 1). A package's own
 * `with.version` counts, an epoch for instance; what only its build can tell is looked at when it is staged.
 * @param live what users of the channel have.
 * @param others releases of other lines: their versions are in another order, their names are taken all the same.
 * @throws {VersionRefusedError} @throws {NameTakenError}
 */
export function refuseTakenNames(
  run: PlannedRun,
  live: readonly ListedPackage[],
  others: ReadonlySet<string> = new Set(),
): void {
  const names = new Set<string>(run.packages);
  const expected = run.packages.flatMap((name) => expectedPackage(run, name));
  for (const listed of live) {
    for (const planned of expected) if (isSameFile(planned, listed)) throw taken(planned.fileName, listed);
    if (!names.has(listed.package)) continue;
    if (listed.version === run.version) throw taken(listed.fileName, listed);
    if (others.has(listed.release) || listed.facts.format === 'deb') continue;
    if (compareLineVersions(run.version, listed.version) <= 0) throw older(run.version, listed.version, listed);
  }
  const debs = expected.flatMap(({ deb }) => (deb === undefined ? [] : [deb]));
  refuseOlderDebs(debs, live, others);
}

/**
 * The same for packages as they were built: a deb of a script says its name and version only then.
 * @throws {VersionRefusedError}
 */
export function refuseOlder(
  packages: readonly ListedPackage[],
  current:
    | { readonly repositories: Readonly<Record<string, { readonly packages: readonly ListedPackage[] }>> }
    | undefined,
  others: ReadonlySet<string>,
): void {
  const ours = new Set(packages.map(({ sha256 }) => sha256));
  const live = Object.values(current?.repositories ?? {}).flatMap((repository) => repository.packages);
  const debs = packages.flatMap(({ facts }) => (facts.format === 'deb' ? [facts] : []));
  // The same bytes again are no older version: a release that is staged again finds what it brought before.
  refuseOlderDebs(
    debs,
    live.filter(({ sha256 }) => !ours.has(sha256)),
    others,
  );
}

function refuseOlderDebs(
  debs: readonly { readonly name: string; readonly version: string; readonly arch: string }[],
  live: readonly ListedPackage[],
  others: ReadonlySet<string>,
): void {
  if (debs.length === 0) return;
  for (const listed of live) {
    const { facts } = listed;
    if (facts.format !== 'deb' || others.has(listed.release)) continue;
    const deb = debs.find(({ name, arch }) => name === facts.name && arch === facts.arch);
    if (deb !== undefined && compareDebVersions(deb.version, facts.version) <= 0) {
      throw older(deb.version, facts.version, listed);
    }
  }
}

/** Empty as long as a template of it has no value before another step has run. */
function expectedPackage(run: PlannedRun, name: string): readonly ExpectedPackage[] {
  const step = run.steps.find(({ id }) => id === name);
  if (step?.kind !== 'build') return [];
  const { value: options, empty } = fillTemplates(
    naming(step),
    templateLookup(run, () => undefined),
  );
  if (empty.length > 0) return [];
  const version = plannedPackageVersion(step.format, run, options.version);
  const fileName = packageFileName(step.format, { ...step.options, ...options }, version);
  return [
    {
      package: name,
      fileName,
      ...(step.format === 'deb' && { deb: { name: options.name, version, arch: options.arch } }),
    },
  ];
}

const naming = ({ options: { name, version, arch } }: BuildStep): { name: string; version?: string; arch: string } => ({
  name,
  arch,
  ...(version !== undefined && { version }),
});

/** apt tells debs apart by name, version and architecture; in a files repository each version has a folder of its own. */
function isSameFile({ deb }: ExpectedPackage, { facts }: ListedPackage): boolean {
  if (deb === undefined || facts.format !== 'deb') return false;
  return deb.name === facts.name && deb.arch === facts.arch && compareDebVersions(deb.version, facts.version) === 0;
}

const taken = (fileName: string, listed: ListedPackage): NameTakenError =>
  new NameTakenError(
    `${fileName} is there already, as version ${listed.facts.format === 'deb' ? listed.facts.version : listed.version} from ${listed.release}.`,
    'Bytes never change under a name: take a greater version.',
  );

const older = (version: string, there: string, listed: ListedPackage): VersionRefusedError =>
  new VersionRefusedError(
    `Version ${version} is not greater than ${there} of ${listed.fileName}, which users of the channel have from ${listed.release}.`,
    'Take a greater version: installed machines would never be offered this one.',
  );
