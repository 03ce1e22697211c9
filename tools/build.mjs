// Bundles Slipway into dist/: one program with lazy chunks, so that a cold `slipway status` loads only what it needs.
// Only libsql stays outside: it brings a native library of its own.
import { chmod, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));

await rm(new URL('../dist', import.meta.url), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    slipway: 'src/cli/main.ts',
    'package-worker': 'src/adapters/package-builder/package-worker.ts',
  },
  outdir: 'dist',
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
await chmod(new URL('../dist/slipway.js', import.meta.url), 0o755);
