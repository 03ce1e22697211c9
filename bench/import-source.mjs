// Benchmarks measure the source as it is now, bundled as users have it.
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

let bundles = 0;
const root = fileURLToPath(new URL('..', import.meta.url));

/** Bundles modules of `src/` (paths from the root of the repository) and imports them. */
export async function importSource(...paths) {
  const outfile = await bundleSource(...paths);
  return import(outfile).finally(() => rm(outfile));
}

/** Bundles them for another process, which then holds nothing of the bundler. @returns the bundle's path; the caller removes it. */
export async function bundleSource(...paths) {
  const outdir = `${root}node_modules/.cache/bench`;
  await mkdir(outdir, { recursive: true });
  bundles += 1;
  const outfile = `${outdir}/source-${process.pid}-${bundles}.mjs`;
  await build({
    absWorkingDir: root,
    stdin: { contents: paths.map((path) => `export * from './${path}';`).join('\n'), resolveDir: root, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    external: ['libsql'],
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return outfile;
}
