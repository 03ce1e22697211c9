import { existsSync, readlinkSync } from 'node:fs';
import { afterEach } from 'vitest';
import { Project } from '../project.ts';

export const STEPS = `
steps:
  - uses: build
  - uses: stage
  - { uses: verify, with: { view: staging, clients: [reader] } }
  - uses: promote
  - { uses: verify, with: { view: live, clients: [reader] } }
`;
export const GATED_STEPS = STEPS.replace('  - uses: promote', '  - uses: approve\n  - uses: promote');

/** Two lines on one channel: `main` with a deb and a tar, `lts` with a deb. */
export const config = ({ origin = './public', more = '', steps = STEPS, line = '' } = {}) => `
version: 1
project: hello
lines:
  main: { versions: "1.{n}", channel: stable, packages: [deb, tar]${line} }
  lts: { versions: "0.{n}", channel: stable, packages: [lts] }
sources: { app: { path: build } }
packages:
  deb: { uses: deb, inputs: [app], with: { name: hello, files: { app/hello: /usr/bin/hello } } }
  tar: { uses: tar, inputs: [app], with: { name: hello, files: { app/hello: hello } } }
  lts: { uses: deb, inputs: [app], with: { name: hello-lts, files: { app/hello: /usr/bin/hello-lts } } }
signing: { gpg: { key: "file:release-key.asc" } }
origin: { url: ${origin}, public: "http://127.0.0.1:1" }
repositories: { apt: { type: apt }, files: { type: files } }
channels: { stable: { apt: debian, files: download } }
${more}${steps}`;

/** What goes away after each test, last first. */
export const open: { remove(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.remove();
});

/** A project that goes away with the test. */
export async function project(text = config()): Promise<Project> {
  const made = await Project.create(text);
  open.push(made);
  return made;
}

/** Exit code, and the error's code, of a command that is refused. */
export async function refused(place: Project, ...args: readonly string[]) {
  const { exit, document } = await place.json(...args);
  const error = document['error'] as { code: string; message: string; remedy: string } | undefined;
  return { exit, ...error, document };
}

/** What `status` says of one release. */
export const status = async (place: Project, id: string): Promise<unknown> =>
  ((await place.json('status', id)).document['releases'] as readonly unknown[])[0];

/** The number of the generation that users of channel stable see. */
export const pointer = (place: Project, root = 'public'): string | undefined => {
  const link = place.path(`${root}/gen/stable/current`);
  return existsSync(link) ? readlinkSync(link) : undefined;
};

/** Types of a stream's entries, in order. */
export const events = async (place: Project, stream: string): Promise<readonly string[]> => {
  const { stdout } = await place.run('journal', 'export');
  const entries = stdout.split('\n').filter((line) => line.startsWith('{'));
  return entries
    .map((line) => JSON.parse(line) as { stream: string; type: string })
    .filter((entry) => entry.stream === stream)
    .map(({ type }) => type);
};

/** The whole journal, as it was recorded. */
export const whole = async (place: Project): Promise<string> => (await place.run('journal', 'export')).stdout;
