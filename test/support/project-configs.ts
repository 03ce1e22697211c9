import { writeFileSync } from 'node:fs';
import { ME, Project, until } from './project.ts';

const HEAD = `version: 1
project: greeter
sources: { app: { path: build } }
signing: { gpg: { key: "file:release-key.asc" } }
origin: { url: ./public, public: "https://pkg.example.org" }
repositories: { files: { type: files } }
channels: { stable: { files: download } }
`;
const LINES = 'lines: { main: { versions: "1.{n}", channel: stable } }\n';
const TAR = 'packages:\n  tar: { uses: tar, inputs: [app], with: { files: { app/hello: hello } } }\n';

/** One line, one tar, one place for files: as quick as a release can be. */
export const PLAIN = HEAD + LINES + TAR;

/** The same with a gate at which the person who runs the tests may approve. */
export const GATED = `${HEAD}lines: { main: { versions: "1.{n}", channel: stable, gates: [lead] } }
gates: { lead: { approvers: [${ME}], selfApproval: true } }
${TAR}`;

/** The plain one, and a package `note` that a command makes. @param more further keys of the package, indented by four. */
export const withCommand = (script: string, more = ''): string => `${PLAIN}  note:
    inputs: [app]
    run: |
      ${script.replaceAll('\n', '\n      ')}
      cp app/hello note.txt
    outputs: [note.txt]
${more}`;

/** A project whose command says `begun`, waits until `go` is called, and says `ended`. */
export async function heldProject(more = ''): Promise<{ readonly project: Project; go(): void }> {
  const project = await Project.create(PLAIN);
  const script = `echo begun\nwhile [ ! -e ${project.path('go')} ]; do sleep 0.05; done\necho ended`;
  project.write('slipway.yaml', withCommand(script, more));
  return { project, go: () => writeFileSync(project.path('go'), '') };
}

/** Resolves when the command of a held project has said so. */
export const hasBegun = (project: Project, id = 'main-1.1'): Promise<void> =>
  until('the command has begun', async () => (await project.run('logs', id, 'note')).stdout.includes('begun'));
