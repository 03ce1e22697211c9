import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packageOptions } from '../../../test/support/package-options.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { Tree, TreeEntry } from '../artifact/tree.ts';
import type { FileTarget } from '../config/resolved-config.ts';
import { planDeb } from './deb/plan-deb.ts';
import { Inputs } from './find-in-inputs.ts';
import { packageFileName } from './package-file-name.ts';
import { planArchive } from './plan-archive.ts';

const file = (path: string, mode: 0o644 | 0o755 = 0o644): TreeEntry => ({
  path,
  mode,
  sha256: Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64) as Sha256,
  sizeBytes: path.length,
});
const TREE: Tree = [
  { path: 'current', link: 'v2' },
  file('hello', 0o755),
  { path: 'loop', link: 'loop' },
  file('share/doc/README'),
  { path: 'share/latest', link: 'doc/README' },
  file('v2/bin/hello', 0o755),
];
const inputs = () => new Inputs({ app: TREE, empty: [] });
const deb = (files: Record<string, FileTarget>, more = {}) => planDeb(packageOptions({ files, ...more }), inputs());
const tar = (files: Record<string, FileTarget>, more = {}) =>
  planArchive('tar', packageOptions({ files, ...more }), inputs());
const paths = (entries: readonly { readonly path: string }[]) => entries.map(({ path }) => path);

describe('what goes into a package', () => {
  test('a file goes where it is sent, with the mode it has or the one that is asked for', () => {
    const { entries } = deb({
      'app/hello': { to: '/usr/bin/hello' },
      './app/share/doc/README': { to: '/etc/x', mode: 0o600 },
    });
    expect(entries.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'dir ',
      'dir etc',
      'file etc/x',
      'dir usr',
      'dir usr/bin',
      'file usr/bin/hello',
    ]);
    expect(entries.flatMap((entry) => (entry.kind === 'file' ? [entry.mode] : []))).toEqual([0o600, 0o755]);
  });

  test('a folder brings its whole content, links too', () => {
    const entries = tar({ 'app/share': { to: 'docs' } });
    expect(paths(entries)).toEqual(['docs/doc/README', 'docs/latest']);
    expect(entries[1]).toMatchObject({ kind: 'link', target: 'doc/README' });
    expect(paths(tar({ 'app/share': { to: '.' } }, { root: 'hello-1.0' }))).toEqual([
      'hello-1.0/doc/README',
      'hello-1.0/latest',
    ]);
  });

  test('a target that ends in a slash is a folder to put the file into', () => {
    expect(paths(tar({ 'app/share/doc/README': { to: 'docs/' } }))).toEqual(['docs/README']);
  });

  test('links are followed on the way to a file, as a script would', () => {
    expect(paths(tar({ 'app/current/bin/hello': { to: 'a' }, 'app/share/latest': { to: 'b' } }))).toEqual(['a', 'b']);
    expect(paths(tar({ 'app/current': { to: 'v' } }))).toEqual(['v/bin/hello']);
  });

  test('empty folders and links of its own, owned by whom they are to be', () => {
    const { entries } = deb({
      data: { to: '/var/lib/hello', dir: true, owner: 'www-data:adm', mode: 0o750 },
      alias: { to: '/usr/bin/hi', link: '/usr/bin/hello' },
    });
    expect(entries.filter(({ askedBy }) => askedBy.startsWith('files'))).toMatchObject([
      { kind: 'link', path: 'usr/bin/hi', target: '/usr/bin/hello' },
      { kind: 'dir', path: 'var/lib/hello', mode: 0o750, owner: { user: 'www-data', group: 'adm', uid: 0, gid: 0 } },
    ]);
  });

  test('conffiles are those that are flagged and those that are listed', () => {
    const files = { 'app/hello': { to: '/etc/a', config: true }, 'app/share/doc/README': { to: '/etc/b' } };
    expect(deb(files, { conffiles: ['/etc/b'] }).conffiles).toEqual(['/etc/a', '/etc/b']);
    expect(() => deb(files, { conffiles: ['/etc/c'] })).toThrow('/etc/c, which is not in the package');
  });

  test('units are installed where systemd looks, and are not written twice', () => {
    const { entries, units } = deb({}, { systemd: ['app/share/doc/README'] });
    expect(paths(entries).at(-1)).toBe('usr/lib/systemd/system/README');
    expect(Object.keys(units)).toEqual(['README']);
    const files = { 'app/hello': { to: '/usr/lib/systemd/system/README' } };
    expect(() => deb(files, { systemd: ['app/share/doc/README'] })).toThrow('files and systemd both make');
    const above = { alias: { to: '/usr/lib/systemd', link: '/opt' } };
    expect(() => deb(above, { systemd: ['app/share/doc/README'] })).toThrow(
      'systemd makes usr/lib/systemd/system/README, but files.alias makes usr/lib/systemd a link.',
    );
  });

  test('the order in which files are written in the config does not matter', () => {
    const all: [string, FileTarget][] = [
      ['app/hello', { to: 'a-b' }],
      ['app/share', { to: 'a' }],
      ['app/v2', { to: 'ünïcode' }],
      ['app/current/bin/hello', { to: 'Z' }],
    ];
    const expected = tar(Object.fromEntries(all));
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: 4 }), (shuffled) => {
        expect(tar(Object.fromEntries(shuffled))).toEqual(expected);
      }),
    );
    expect(paths(expected)).toEqual(['Z', 'a-b', 'a/doc/README', 'a/latest', 'ünïcode/bin/hello']);
  });
});

describe('a deb is refused', () => {
  test.each<[string, Record<string, FileTarget>, string]>([
    ['a relative target', { 'app/hello': { to: 'usr/bin/hello' } }, 'not absolute'],
    ['a target outside', { 'app/hello': { to: '/usr/../../x' } }, 'the part ".."'],
    ['a target with an empty part', { 'app/hello': { to: '/usr//x' } }, 'an empty part'],
    ['a name with a newline', { 'app/hello': { to: '/usr/a\nb' } }, 'control character'],
    ['a name that is no Unicode', { 'app/hello': { to: '/usr/\ud800' } }, 'no valid Unicode'],
    ['a name over 255 bytes', { 'app/hello': { to: `/usr/${'é'.repeat(128)}` } }, '256 bytes, 255 is the most'],
    ['a path over 4095 bytes', { 'app/hello': { to: `${'/abcdefgh'.repeat(500)}` } }, '4499 bytes, 4095 is the most'],
    ['a file that is not there', { 'app/hullo': { to: '/x' } }, 'app/hullo, which is not there. There is app/current'],
    ['a file that is elsewhere', { 'app/README': { to: '/x' } }, 'There is app/share/doc/README.'],
    ['an input that is not there', { 'lib/x': { to: '/x' } }, '"lib" is none of the package\'s inputs (app, empty)'],
    ['an empty input', { empty: { to: '/x' } }, 'that input is empty'],
    ['a path out of the work folder', { 'app/../x': { to: '/x' } }, 'no path below the work folder'],
    ['an absolute source', { '/etc/passwd': { to: '/x' } }, 'no path below the work folder'],
    ['the prototype of an object', { 'constructor/name': { to: '/x' } }, "none of the package's inputs"],
    ['links in a circle', { 'app/loop/x': { to: '/x' } }, 'lead in a circle'],
    [
      'two files for one path',
      { 'app/hello': { to: '/x' }, 'app/v2/bin/hello': { to: '/x' } },
      'files.app/hello and files.app/v2/bin/hello both make x',
    ],
    ['a file where a folder is', { 'app/hello': { to: '/x' }, 'app/v2': { to: '/x' } }, 'both|makes x a file'],
    ['something below a link', { l: { to: '/x', link: 'y' }, 'app/hello': { to: '/x/a' } }, 'makes x a link'],
    ['a link out of the package', { l: { to: '/usr/x', link: '../../../etc' } }, 'leaves the package'],
    ['a link to nothing', { l: { to: '/usr/x', link: '' } }, 'points to nothing'],
    ['a link with a mode', { l: { to: '/x', link: 'y', mode: 0o755 } }, 'a link has no mode'],
    ['a folder that is configuration', { d: { to: '/x', dir: true, config: true } }, 'cannot have config'],
    ['a folder and a link at once', { d: { to: '/x', dir: true, link: 'y' } }, 'both dir and link'],
    ['dir on something that exists', { 'app/share': { to: '/x', dir: true } }, 'app/share exists'],
    ['a strange owner', { 'app/hello': { to: '/x', owner: 'a b' } }, 'the owner "a b"'],
  ])('for %s', (_, files, why) => {
    expect(() => deb(files)).toThrow(new RegExp(why.replace(/[.*+?^${}()[\]\\]/g, '\\$&')));
  });

  test('for a root folder, which only archives have', () => {
    expect(() => deb({}, { root: 'x' })).toThrow('root is for tar and zip');
  });
});

describe('an archive is refused', () => {
  test.each<[string, Record<string, FileTarget>, object, string]>([
    ['an absolute target', { 'app/hello': { to: '/hello' } }, {}, 'paths inside a tar are relative'],
    ['a target outside', { 'app/hello': { to: '../hello' } }, {}, 'the part ".."'],
    ['a file as the root itself', { 'app/hello': { to: '.' } }, {}, 'is empty'],
    ['a root outside', { 'app/hello': { to: 'hello' } }, { root: '../x' }, 'the part ".."'],
    ['an absolute link', { l: { to: 'l', link: '/etc/passwd' } }, {}, 'is absolute'],
    ['a link that escapes', { l: { to: 'a/l', link: '../../x' } }, {}, 'leaves the package'],
    ['config', { 'app/hello': { to: 'x', config: true } }, {}, 'a tar cannot keep'],
    ['nothing in it', {}, {}, 'would hold nothing'],
    ['units', { 'app/hello': { to: 'x' } }, { systemd: ['app/hello'] }, 'cannot have systemd'],
    ['depends', { 'app/hello': { to: 'x' } }, { relations: { depends: 'x' } }, 'cannot have depends'],
  ])('for %s', (_, files, more, why) => {
    expect(() => tar(files, more)).toThrow(why);
  });

  test('as a zip for an owner, which a zip cannot keep', () => {
    const files = { 'app/hello': { to: 'x', owner: 'www-data' } };
    expect(() => planArchive('zip', packageOptions({ files }), inputs())).toThrow('a zip cannot keep');
    expect(() => planArchive('zip', packageOptions({ files: { 'app/hello': { to: 'a\\b' } } }), inputs())).toThrow(
      'zip separates with "/"',
    );
  });
});

describe('names of package files', () => {
  test.each([
    ['deb', '1:2.0~rc1-2', 'hello_2.0~rc1-2_all.deb'],
    ['tar', '2.0-rc1', 'hello-2.0-rc1.tar.gz'],
    ['zip', '1.0', 'hello-1.0.zip'],
  ] as const)('a %s of version %s is %s', (format, version, expected) => {
    expect(packageFileName(format, packageOptions(), version)).toBe(expected);
  });

  test.each([
    ['../x', '1.0', 'name is "../x"'],
    ['a b', '1.0', 'name is "a b"'],
    ['hello', '1/0', 'version is "1/0"'],
    ['x'.repeat(250), '1.0', '255 is the most'],
  ])('%s of version %s is refused', (name, version, why) => {
    expect(() => packageFileName('tar', packageOptions({ name }), version)).toThrow(why);
  });
});
