import { expect, test } from 'vitest';
import { build, planOf, type RunConfig, script } from '../../../test/support/simulated/run-config.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { ListedPackage } from '../repository/generation.ts';
import { planRun } from '../run/plan-run.ts';
import { refuseOlder, refuseTakenNames } from './refuse-taken-names.ts';
import { NameTakenError, VersionRefusedError } from './release-errors.ts';

const runOf = (version: string, packages: RunConfig['packages'], vars = {}) =>
  planRun(planOf({ packages, vars }, { version }));

const deb = (version: string, more: Partial<ListedPackage> = {}, name = 'hello'): ListedPackage => ({
  package: 'deb',
  fileName: `${name}_${version.replace(/^\d+:/, '')}_all.deb`,
  sha256: version as never,
  sizeBytes: 1,
  facts: { format: 'deb', name, version, arch: 'all', control: '' },
  release: `main-${version.replace(/^\d+:/, '')}`,
  version: version.replace(/^\d+:/, ''),
  revision: 1,
  releasedAt: toInstant(0),
  ...more,
});
const tar = (version: string, more: Partial<ListedPackage> = {}): ListedPackage => ({
  ...deb(version),
  package: 'tar',
  fileName: `hello-${version}.tar.gz`,
  facts: { format: 'file' },
  ...more,
});

const PLAIN = { deb: build('deb', []), tar: build('tar', []) };
const EPOCH = { deb: build('deb', [], { version: '2:${{ version }}' }) };

test('a greater version whose names are free is planned', () => {
  expect(() => refuseTakenNames(runOf('1.3', PLAIN), [deb('1.2'), tar('1.2')])).not.toThrow();
  expect(() => refuseTakenNames(runOf('1.10', PLAIN), [deb('1.9'), tar('1.9')])).not.toThrow();
});

test('the version of what users have, from whatever release, is taken', () => {
  expect(() =>
    refuseTakenNames(runOf('1.2', PLAIN), [tar('1.2', { release: 'other-1.2' })], new Set(['other-1.2'])),
  ).toThrow(NameTakenError);
  expect(() => refuseTakenNames(runOf('1.2', PLAIN), [deb('1.2')])).toThrow(/hello_1.2_all.deb is there already/);
});

test('a version that apt would not call newer is refused', () => {
  expect(() => refuseTakenNames(runOf('1.2', PLAIN), [deb('1.3')])).toThrow(VersionRefusedError);
  expect(() => refuseTakenNames(runOf('1.3', PLAIN), [deb('1:1.2')])).toThrow(
    'Version 1.3 is not greater than 1:1.2 of hello_1.2_all.deb',
  );
});

test("a package's own version counts: its epoch makes it greater, or too small", () => {
  expect(() => refuseTakenNames(runOf('1.3', EPOCH), [deb('1:9.0', { version: '1.2' })])).not.toThrow();
  expect(() => refuseTakenNames(runOf('1.3', EPOCH), [deb('3:1.2', { version: '1.2' })])).toThrow(VersionRefusedError);
});

test('a deb of that name, version and architecture is taken, whatever package or release brought it', () => {
  const listed = deb('2:1.3', { package: 'elsewhere', version: '7', release: 'lts-7' });
  expect(() => refuseTakenNames(runOf('1.3', EPOCH), [listed], new Set(['lts-7']))).toThrow(NameTakenError);
});

test('names and versions from vars are filled in; those that a step makes are looked at when they are there', () => {
  const named = { deb: build('deb', [], { name: '${{ vars.who }}', version: '${{ vars.epoch }}:${{ version }}' }) };
  const run = runOf('1.3', named, { who: 'hello', epoch: '4' });
  expect(() => refuseTakenNames(run, [deb('5:1.2', { version: '1.2' })])).toThrow(VersionRefusedError);
  const made = { tool: script(), deb: build('deb', [], { version: '${{ steps.tool.outputs.v }}' }) };
  expect(() => refuseTakenNames(runOf('1.3', made), [deb('5:1.2', { version: '1.2' })])).not.toThrow();
});

test("another line's versions are in another order: a fix of the old line may follow the new one", () => {
  const weekly = [deb('2.294', { release: 'weekly-2.294' }), tar('2.294', { release: 'weekly-2.294' })];
  expect(() => refuseTakenNames(runOf('2.289.1', PLAIN), weekly, new Set(['weekly-2.294']))).not.toThrow();
  expect(() => refuseTakenNames(runOf('2.289.1', PLAIN), weekly)).toThrow(VersionRefusedError);
});

test('what a script built is compared when it is staged; the same bytes again are no older version', () => {
  const live = (listed: ListedPackage) => ({ repositories: { apt: { packages: [listed] } } });
  expect(() => refuseOlder([deb('1.3')], live(deb('1:1.2')), new Set())).toThrow(VersionRefusedError);
  expect(() => refuseOlder([deb('1.3')], live(deb('1.3')), new Set())).not.toThrow();
  expect(() => refuseOlder([deb('1.3')], live(deb('1.2')), new Set())).not.toThrow();
  expect(() => refuseOlder([deb('1.3')], live(deb('9', {}, 'other')), new Set())).not.toThrow();
});
