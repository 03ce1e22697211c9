import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { PROGRAM } from '../support/program.ts';

const guide = readFileSync(new URL('../../docs/guide/first-release.md', import.meta.url), 'utf8');
const BLOCKS = [...guide.matchAll(/^```(sh|yaml)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

let home: string;
/** Where the reader of the guide stands. */
let folder: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'slipway-guide-'));
  mkdirSync(join(home, 'bin'));
  symlinkSync(PROGRAM, join(home, 'bin/slipway'));
  folder = home;
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Types the lines of a block, each with the exit code that the guide says (`# exit 3`), else 0. */
function type(text: string): void {
  for (const line of text.trim().split('\n')) {
    if (line.startsWith('sudo ')) continue; // machines of users; what they install is proved by `verify`
    const expected = Number(/# exit (\d+)/.exec(line)?.[1] ?? 0);
    const where = join(home, 'where');
    const env = { ...process.env, PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}` };
    const command = `${line}\nstatus=$?; pwd > '${where}'; exit $status`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, env, encoding: 'utf8' });
    expect([line, status], `${stdout}${stderr}`).toEqual([line, expected]);
    folder = readFileSync(where, 'utf8').trim();
    said.push(stdout);
  }
}
const said: string[] = [];

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
function merged(a: Tree, b: Tree): Tree {
  const all = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = all[key];
    all[key] = isTree(before) && isTree(value) ? merged(before, value) : value;
  }
  return all;
}

/** The first file is a whole one; later pieces are put where they belong, as the guide asks. */
function write(text: string): void {
  const path = join(folder, 'slipway.yaml');
  const piece = parse(text) as Tree;
  writeFileSync(path, 'version' in piece ? text : stringify(merged(parse(readFileSync(path, 'utf8')) as Tree, piece)));
}

test('a newcomer who types what the guide says comes to its end', { timeout: 180_000 }, () => {
  expect(BLOCKS.length).toBeGreaterThan(8);
  for (const { language, text } of BLOCKS) {
    if (language === 'yaml') write(text);
    else type(text);
  }
  const all = said.join('');
  // What the guide shows as output is what was said, but for the digest.
  expect(all).toContain('packages.deb.with.name is "Greeter"; Debian Policy 5.6.1 does not allow that.');
  expect(all).toContain(
    'failed: deb: scripts.postinst names app/postinst, which is not there. There is app/greet. [PACKAGE_INPUT]',
  );
  expect(all).toMatch(/next: slipway approve main-1\.5 --gate lead --digest [0-9a-f]{12}/);
  expect(existsSync(join(folder, 'public/debian/greeter.sources'))).toBe(true);
  expect(existsSync(join(folder, 'public/download/1.4/manual.txt'))).toBe(true);
  expect(readlinkSync(join(folder, 'public/download/latest'))).toBe('1.4');
});

test('each number that the guide names is a release that its commands make', () => {
  const listed = spawnSync(process.execPath, [PROGRAM, 'list'], { cwd: folder, encoding: 'utf8' }).stdout;
  for (const [id] of guide.matchAll(/main-1\.\d+/g)) expect(listed).toContain(id);
});
