// Bundles Slipway into dist/: one program with lazy chunks, so that a cold `slipway status` loads only what it needs.
// Only libsql stays outside: it brings a native library of its own.
import { chmod, readFile, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));

// Built aside and swapped in: a source that does not build leaves the program that was there.
const aside = `${root}dist-${process.pid}`;
await build({
  absWorkingDir: root,
  entryPoints: {
    slipway: 'src/cli/main.ts',
    'package-worker': 'src/adapters/package-builder/package-worker.ts',
  },
  outdir: aside,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  external: ['libsql'],
  sourcemap: 'linked',
  legalComments: 'linked',
  logLevel: 'warning',
  define: { SLIPWAY_VERSION: JSON.stringify(version) },
  // Bundled CommonJS packages still call require() for node: modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
await chmod(`${aside}/slipway.js`, 0o755);
await rm(`${root}dist`, { recursive: true, force: true });
await rename(aside, `${root}dist`);
