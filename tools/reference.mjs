// Writes docs/reference/ from the source, so that it cannot say anything else than the program: verbs and exit codes, config
// keys, error codes (the doc comments of their classes), events. `--check` compares instead of writing.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { errorPages } from './reference/read-errors.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const isCheck = process.argv.includes('--check');

const bundle = `${root}node_modules/.cache/slipway-reference.mjs`;
await build({
  absWorkingDir: root,
  entryPoints: ['tools/reference/pages.ts'],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: ['libsql', 'openpgp'],
  logLevel: 'warning',
});
const { cliPage, configPage, errorsPage, eventsPage } = await import(pathToFileURL(bundle).href);

const PAGES = {
  'cli.md': cliPage(),
  'config.md': configPage(),
  'errors.md': errorsPage(await errorPages(`${root}src`)),
  'events.md': eventsPage(),
};

let stale = 0;
await mkdir(`${root}docs/reference`, { recursive: true });
for (const [name, text] of Object.entries(PAGES)) {
  const path = `${root}docs/reference/${name}`;
  const now = await readFile(path, 'utf8').catch(() => '');
  if (now === text) continue;
  stale += 1;
  if (isCheck) console.error(`docs/reference/${name} is not what the source says. Run "node tools/reference.mjs".`);
  else await writeFile(path, text);
}
process.exitCode = isCheck && stale > 0 ? 1 : 0;
