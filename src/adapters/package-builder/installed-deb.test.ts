import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasProgram } from '../../../test/support/has-program.ts';
import { PackageFixture } from '../../../test/support/package-fixture.ts';

const UNCHECKED = 'what dpkg does with a deb of ours';
const CAN_INSTALL = hasProgram('dpkg', UNCHECKED) && hasProgram('deb-systemd-helper', UNCHECKED) && isRoot();

function isRoot(): boolean {
  if (process.getuid?.() === 0) return true;
  console.warn(`skipped: not root, so ${UNCHECKED} was not checked`);
  return false;
}

let fixture: PackageFixture;
beforeAll(async () => {
  fixture = await PackageFixture.make();
});
afterAll(() => fixture.close());

/** An empty machine: dpkg's database in a folder of its own. Scripts run outside it and see DPKG_ROOT. */
function newMachine(): string {
  const root = fixture.newFolder('machine');
  for (const folder of ['info', 'updates', 'triggers'])
    mkdirSync(join(root, 'var/lib/dpkg', folder), { recursive: true });
  for (const file of ['status', 'available']) writeFileSync(join(root, 'var/lib/dpkg', file), '');
  return root;
}

const OPTIONS = ['--force-script-chrootless', '--force-confold', '--force-not-root', '--log=/dev/null'];
const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };
const dpkg = (root: string, ...args: readonly string[]) =>
  execFileSync('dpkg', [`--root=${root}`, ...OPTIONS, ...args], {
    encoding: 'utf8',
    env: ENV,
    stdio: ['ignore', 'pipe', 'pipe'],
  });

test.skipIf(!CAN_INSTALL)(
  'dpkg installs a deb, keeps a changed configuration on an upgrade, sees a file that changed, and removes it without a trace',
  async () => {
    const script = { run: '#!/bin/sh\nset -e\necho "$1" >> "$DPKG_ROOT/calls"\nexit 0\n' };
    const release = (version: string, greeting: string) =>
      fixture
        .build(
          'deb',
          {
            files: {
              'app/hello': { to: '/usr/bin/hello' },
              'app/hello.conf': { to: '/etc/hello/hello.conf', config: true },
              'app/ü a': { to: '/usr/share/hello/ü a' },
              [`app/${'n'.repeat(200)}`]: { to: `/usr/share/${'d'.repeat(200)}/${'n'.repeat(200)}` },
              data: { to: '/var/lib/hello', dir: true, mode: 0o700 },
            },
            scripts: { postinst: 'app/script', prerm: 'app/script' },
            systemd: ['app/hello.service'],
          },
          {
            app: {
              hello: { run: `#!/bin/sh\necho ${greeting}\n` },
              'hello.conf': `greeting=${greeting}\n`,
              'hello.service': '[Service]\nExecStart=/usr/bin/hello\n[Install]\nWantedBy=multi-user.target\n',
              'ü a': 'x',
              ['n'.repeat(200)]: 'y',
              script,
            },
          },
          version,
        )
        .then((built) => fixture.file(built));
    const root = newMachine();
    const conf = join(root, 'etc/hello/hello.conf');

    dpkg(root, '-i', await release('2.0~rc1', 'early'));
    expect(readFileSync(conf, 'utf8')).toBe('greeting=early\n');
    expect(statSync(join(root, 'var/lib/hello')).mode & 0o7777).toBe(0o700);
    expect(readFileSync(join(root, 'usr/share', 'd'.repeat(200), 'n'.repeat(200)), 'utf8')).toBe('y');
    const enabled = join(root, 'etc/systemd/system/multi-user.target.wants/hello.service');
    expect(readlinkSync(enabled)).toBe('/usr/lib/systemd/system/hello.service');

    writeFileSync(conf, 'greeting=mine\n');
    dpkg(root, '-i', await release('2.0', 'final'));
    expect(readFileSync(conf, 'utf8')).toBe('greeting=mine\n');
    expect(execFileSync(join(root, 'usr/bin/hello'), { encoding: 'utf8' })).toBe('final\n');
    expect(dpkg(root, '--verify', 'hello').trim()).toMatch(/^(\?\?5\?+ c \/etc\/hello\/hello\.conf)?$/);
    writeFileSync(join(root, 'usr/share/hello/ü a'), 'damaged');
    const verify = spawnSync('dpkg', [`--root=${root}`, '--verify', 'hello'], { encoding: 'utf8', env: ENV });
    expect(verify.stdout).toContain('/usr/share/hello/ü a');

    dpkg(root, '--purge', 'hello');
    expect(readFileSync(join(root, 'calls'), 'utf8').trim().split('\n')).toEqual([
      'configure',
      'upgrade',
      'configure',
      'remove',
    ]);
    expect(
      existsSync(join(root, 'usr/bin/hello')) || existsSync(conf) || existsSync(join(root, 'usr/lib/systemd')),
    ).toBe(false);
    expect(lstatSync(enabled, { throwIfNoEntry: false })).toBeUndefined();
    expect(dpkg(root, '-l').includes('hello')).toBe(false);
  },
);
