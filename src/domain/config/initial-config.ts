/** Where `slipway init` puts the JSON Schema that editors complete from, relative to the config. */
export const SCHEMA_FILE = '.slipway/schema.json';

/** A project name made of any text, such as the name of a folder: `My App_2` is `my-app-2`. */
export function projectName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'my-project' : name;
}

/**
 * The first `slipway.yaml` of a project: a deb and a tar of what lies in `build/`, released on this machine. It passes
 * `slipway check` as it is, and works once `build/<project>` and the key exist. `project` must be a legal name.
 */
export const initialConfig = (project: string): string => `# yaml-language-server: $schema=${SCHEMA_FILE}
# "slipway check" says whether this file is right, "slipway run main" makes a release of it.
version: 1
project: ${project}

lines:                      # a series of versions: 1.1, 1.2, ...; each number is given once
  main: { versions: "1.{n}", channel: stable }

sources:
  app: { path: build }      # the folder your own build fills

packages:                   # build/${project} becomes /usr/bin/${project} in the deb, ${project} in the tar
  deb:
    uses: deb
    inputs: [app]
    with:
      # maintainer: Your Name <you@example.org>
      # depends: libc6
      # arch: amd64         # for programs that are compiled; "all" is for scripts
      files: { app/${project}: /usr/bin/${project} }
  tar:
    uses: tar
    inputs: [app]
    with:
      files: { app/${project}: ${project} }

signing:
  gpg: { key: "file:release-key.asc" }   # the secret key: never commit it

origin:
  url: ./public             # the tree users read: serve this folder
  # public: https://pkg.example.org      # where users find it; until then only this machine does

repositories:
  apt: { type: apt }
  files: { type: files }

channels:                   # what users subscribe to, and the folder of each repository
  stable: { apt: debian, files: download }
`;
