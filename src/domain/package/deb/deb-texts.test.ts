import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packageOptions } from '../../../../test/support/package-options.ts';
import { type ArchiveEntry, ROOT } from '../archive/archive-entry.ts';
import { checkPackage } from '../check-package.ts';
import { debControl } from './deb-control.ts';
import { relationField } from './deb-relations.ts';
import { maintainerScripts } from './maintainer-scripts.ts';
import { readControl } from './read-control.ts';
import { systemdParts, systemdUnit } from './systemd-snippets.ts';

const read = (text: string) => readControl(Buffer.from(text));

describe('the control file of a deb', () => {
  test('has the fields of Debian Policy in the order of dpkg, and our reader gives it back word for word', () => {
    const options = packageOptions({
      summary: 'Greets',
      description: 'More about it.\n\n.hidden\n  * point\tone\n',
      homepage: 'https://example.org/hello',
      license: 'MIT',
      section: 'utils',
      relations: {
        depends: 'libc6 (>= 2.36), java17 | java-runtime:any',
        'pre-depends': 'dpkg',
        provides: 'greeter (= 1)',
      },
    });
    const file = (path: string, sizeBytes: number): ArchiveEntry => ({
      kind: 'file',
      path,
      mode: 0o644,
      content: Buffer.alloc(sizeBytes),
      config: false,
      owner: ROOT,
      askedBy: '',
    });
    const control = debControl(options, '1:2.0~rc1-2', [
      file('a', 1025),
      file('b', 0),
      { kind: 'dir', path: '', mode: 0o755, owner: ROOT, askedBy: '' },
    ]);
    expect(control).toBe(`Package: hello
Version: 1:2.0~rc1-2
Architecture: all
Maintainer: hello <noreply@localhost>
Installed-Size: 3
Pre-Depends: dpkg
Depends: libc6 (>= 2.36), java17 | java-runtime:any
Provides: greeter (= 1)
Section: utils
Priority: optional
Homepage: https://example.org/hello
License: MIT
Description: Greets
 More about it.
 .
  .hidden
   * point        one
`);
    expect(read(control)).toEqual({
      format: 'deb',
      name: 'hello',
      version: '1:2.0~rc1-2',
      arch: 'all',
      control: control.trimEnd(),
    });
  });

  test.each([
    [{ name: 'Hello' }, 'name is "Hello"; Debian Policy 5.6.1'],
    [{ name: 'h' }, '5.6.1'],
    [{ name: 'hello_world' }, '5.6.1'],
    [{ name: '-hello' }, '5.6.1'],
    [{ arch: 'any' }, '5.6.8'],
    [{ arch: 'amd64 arm64' }, '5.6.8'],
    [{ maintainer: 'nobody' }, '5.6.2'],
    [{ maintainer: 'A <a@b>\nEvil: yes' }, '5.6.2'],
    [{ summary: '' }, '5.6.13'],
    [{ summary: 'two\nlines' }, '5.6.13'],
    [{ summary: 'ends with a blank ' }, '5.6.13'],
    [{ section: 'Utils' }, '2.4'],
    [{ priority: 'high' }, '2.5'],
    [{ homepage: 'example.org' }, '5.6.23'],
    [{ homepage: 'https://example.org/\nEvil: yes' }, '5.6.23'],
    [{ license: 'MIT\nEvil: yes' }, '5.1'],
  ])('%j is refused with the section that forbids it', (options, section) => {
    expect(() => debControl(packageOptions(options), '1.0', [])).toThrow(section);
  });

  test('a version that dpkg does not take is refused', () => {
    expect(() => debControl(packageOptions(), '1.0_1', [])).toThrow('"_"');
  });

  test.each([
    ['depends', 'aa,, bb', 'is empty'],
    ['depends', 'aa (>= )', 'is not NAME or NAME (>= VERSION)'],
    ['depends', 'aa (> 1)', 'is not NAME'],
    ['depends', 'aa [amd64]', 'is not NAME'],
    ['depends', 'aa; rm', 'is not NAME'],
    ['depends', '${shlibs:Depends}', 'a substitution of debhelper'],
    ['breaks', 'aa | bb', 'cannot have'],
    ['requires', 'aa', 'no relation between packages'],
  ])('%s: %s is refused: one such field and apt refuses the whole index', (option, value, why) => {
    expect(() => relationField(option, value)).toThrow(why);
  });

  test('relations on several lines become one field', () => {
    expect(relationField('depends', 'aa (>= 1),\n  bb\n')).toEqual(['Depends', 'aa (>= 1), bb']);
  });
});

const MINIMAL = 'Package: hello\nVersion: 1.0\nArchitecture: all\n';

describe('a control file that was made elsewhere', () => {
  test('is kept word for word, whatever fields it has', () => {
    const text = `${MINIMAL}X-Odd: ü\nDescription: a\n b\n\t.\n`;
    expect(read(text).control).toBe(text.trimEnd());
    expect(read('package: hello\nVERSION:1.0\nArchitecture:  all\n')).toMatchObject({ name: 'hello', version: '1.0' });
  });

  test.each([
    ['', 'it is empty'],
    [`${MINIMAL}\nPackage: other\n`, 'one stanza'],
    [` Package: hello\n${MINIMAL}`, 'none before it'],
    [`${MINIMAL}no colon\n`, 'is no field'],
    [`${MINIMAL}VERSION: 2.0\n`, 'there twice'],
    [`${MINIMAL}Filename: x\n`, 'belongs to the index'],
    [`${MINIMAL}SHA256: x\n`, 'belongs to the index'],
    ['Version: 1.0\nArchitecture: all\n', 'Package is missing'],
    ['Package: hello\nVersion:\nArchitecture: all\n', 'Version is missing'],
    ['Package: ../x\nVersion: 1.0\nArchitecture: all\n', '5.6.1'],
    ['Package: hello\nVersion: 1 0\nArchitecture: all\n', '" "'],
    ['Package: hello\nVersion: 1.0\nArchitecture: ../x\n', '5.6.8'],
    [MINIMAL.replaceAll('\n', '\r\n'), 'control characters'],
  ])('%j is refused', (text, why) => {
    expect(() => read(text)).toThrow(why);
  });

  test('that is not UTF-8 is refused: it could not stand in an index word for word', () => {
    expect(() => readControl(Buffer.from(`${MINIMAL}X: \xfc\n`, 'latin1'))).toThrow('not UTF-8');
  });
});

describe('a package and the plan', () => {
  const facts = (version: string) => ({ format: 'deb', name: 'hello', version, arch: 'all', control: '' }) as const;

  test.each([
    ['2.294', '2.294'],
    ['2.294-1', '2.294'],
    ['1:2.294-1', '2.294'],
    ['2.0~rc1', '2.0~rc1'],
    ['2.294-2', '2.294-2'],
  ])('a deb of version %s is one of %s', (is, planned) => {
    checkPackage('x.deb', facts(is), { format: 'deb', name: 'hello', version: planned, arch: 'all' });
  });

  test.each([
    ['2.293', '2.294'],
    ['2.294-1', '2.294-2'],
    ['2.294', '2.294-2'],
    ['2.294.1', '2.294'],
    ['2.294', '1:2.294'],
  ])('a deb of version %s is refused when %s is planned, so that a stale build is never released', (is, planned) => {
    expect(() => checkPackage('x.deb', facts(is), { version: planned })).toThrow(`the version ${is}, not ${planned}`);
  });

  test('a deb of another name and architecture is refused with both', () => {
    expect(() => checkPackage('x.deb', facts('1'), { name: 'hullo', arch: 'amd64' })).toThrow(
      'x.deb is refused: it has the name hello, not hullo and the architecture all, not amd64 as planned.',
    );
    expect(() => checkPackage('x', { format: 'file' }, { format: 'deb' })).toThrow('the format file, not deb');
  });
});

describe('maintainer scripts', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-scripts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a script with programs that only write down how they were called. */
  function run(script: string | undefined, args: readonly string[], env: Record<string, string> = {}) {
    const log = join(folder, 'log');
    writeFileSync(log, '');
    for (const name of ['deb-systemd-helper', 'deb-systemd-invoke', 'systemctl']) {
      writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} "$@" >> ${log}\nexit \${FAIL:-0}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    const path = join(folder, 'script');
    // The snippets ask whether systemd runs, and it does not run where tests do: this folder stands for its own.
    writeFileSync(
      path,
      (script ?? '')
        .replaceAll('/run/systemd/system', folder)
        .replaceAll('/usr/bin/deb-systemd-helper', join(folder, 'deb-systemd-helper')),
    );
    chmodSync(path, 0o755);
    const { status, stdout } = spawnSync(path, args, {
      env: { PATH: `${folder}:/usr/bin:/bin`, ...env },
      encoding: 'utf8',
    });
    return { status, stdout, calls: readFileSync(log, 'utf8').trim().split('\n') };
  }

  const service = systemdUnit('hello.service', '[Unit]\n[Install]\nWantedBy=multi-user.target\n');
  const parts = () =>
    systemdParts([service, systemdUnit('job.service', '[Service]\n'), systemdUnit('x@.service', '[Install]\n')]);

  test('enable and start a service on installation, and start it anew on an upgrade', () => {
    const { postinst } = maintainerScripts({}, parts());
    expect(run(postinst, ['configure']).calls).toEqual([
      'deb-systemd-helper unmask hello.service',
      'deb-systemd-helper --quiet was-enabled hello.service',
      'deb-systemd-helper enable hello.service',
      'systemctl --system daemon-reload',
      'deb-systemd-invoke start hello.service',
    ]);
    expect(run(postinst, ['configure', '1.0']).calls.at(-1)).toBe('deb-systemd-invoke restart hello.service');
    expect(run(postinst, ['triggered']).calls).toEqual(['']);
  });

  test('leave a service that an administrator disabled as it is, and never fail where systemd does not work', () => {
    const { status, calls } = run(maintainerScripts({}, parts()).postinst, ['configure'], { FAIL: '1' });
    expect(status).toBe(0);
    expect(calls).toContain('deb-systemd-helper update-state hello.service');
    expect(calls).not.toContain('deb-systemd-helper enable hello.service');
    const chroot = run(maintainerScripts({}, parts()).postinst, ['configure'], { DPKG_ROOT: '/target' });
    expect(chroot.calls.some((call) => call.startsWith('deb-systemd-invoke'))).toBe(false);
  });

  test('stop on removal, not on an upgrade, and forget on purge', () => {
    const { prerm, postrm } = maintainerScripts({}, parts());
    expect(run(prerm, ['remove']).calls).toEqual(['deb-systemd-invoke stop hello.service job.service']);
    expect(run(prerm, ['upgrade', '2.0']).calls).toEqual(['']);
    expect(run(postrm, ['remove']).calls).toEqual(['systemctl --system daemon-reload']);
    expect(run(postrm, ['purge']).calls).toEqual(['deb-systemd-helper purge hello.service']);
  });

  test('of the user run before the service starts and after it stops, even when they end with exit 0', () => {
    const own = '#!/bin/sh\nset -e\necho own "$1"\nexit 0\n';
    const scripts = maintainerScripts({ postinst: own, prerm: own }, parts());
    const installed = run(scripts.postinst, ['configure']);
    expect(installed.stdout).toBe('own configure\n');
    expect(installed.calls.at(-1)).toBe('deb-systemd-invoke start hello.service');
    expect(scripts.prerm?.indexOf('deb-systemd-invoke stop')).toBeLessThan(scripts.prerm?.indexOf('echo own') ?? 0);
  });

  test('of the user still fail the installation with their own status', () => {
    const scripts = maintainerScripts(
      { postinst: '#!/bin/sh\nset -e\nfalse\necho never\n', prerm: '#!/bin/bash\nexit 7' },
      parts(),
    );
    const installed = run(scripts.postinst, ['configure']);
    expect(installed.status).toBe(1);
    expect(installed.stdout).toBe('');
    expect(installed.calls).toEqual(['']);
    expect(run(scripts.prerm, ['remove']).status).toBe(7);
  });

  test('of the user without set -e go on after a command that fails, as they did before', () => {
    const { postinst } = maintainerScripts({ postinst: '#!/bin/sh\nfalse\necho on\n' }, parts());
    expect(run(postinst, ['configure'])).toMatchObject({ status: 0, stdout: 'on\n' });
  });

  test('get the generated part where they ask for it', () => {
    const perl = '#!/usr/bin/perl\nsystem(q{\n#DEBHELPER#\n});\n';
    expect(maintainerScripts({ postinst: perl }, parts()).postinst).toContain('system(q{\ncase "$1" in');
    expect(maintainerScripts({ postinst: '#!/bin/sh\n#DEBHELPER#\nexit 0\n' }, {}).postinst).toBe(
      '#!/bin/sh\n\nexit 0\n',
    );
    const sh = run(maintainerScripts({ postinst: "#!/bin/sh\necho '$&'\n#DEBHELPER#\nexit 0\n" }, parts()).postinst, [
      'configure',
    ]);
    expect(sh).toMatchObject({ status: 0, stdout: '$&\n' });
    expect(sh.calls).toHaveLength(5);
  });

  test.each([
    [{ postinst: 'echo hi\n' }, 'does not begin with "#!"'],
    [{ postinst: '' }, 'does not begin with "#!"'],
    [{ postinst: '#!/bin/sh\r\necho hi\r\n' }, 'Windows line ends'],
    [{ postinst: '#!/usr/bin/perl\nprint 1;\n' }, 'is not a shell script'],
    [{ config: '#!/bin/sh\n' }, 'scripts has "config"'],
  ])('%j are refused', (own, why) => {
    expect(() => maintainerScripts(own as Record<string, string>, parts())).toThrow(why);
  });

  test.each(['hello', 'hello.conf', "x'; rm -rf /.service", 'a b.service'])('the unit %j is refused', (name) => {
    expect(() => systemdUnit(name, '')).toThrow('no unit');
  });

  test('are shell that a strict checker takes', () => {
    for (const script of Object.values(maintainerScripts({ postinst: '#!/bin/sh\n# nothing\n' }, parts())))
      execFileSync('sh', ['-n'], { input: script });
  });
});
