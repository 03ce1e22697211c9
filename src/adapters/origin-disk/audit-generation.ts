import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { poolPath } from '../../domain/repository/apt/pool-path.ts';
import { checksumFiles, groupByFolder } from '../../domain/repository/files/version-files.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { SealedGeneration } from '../../ports/origin.ts';
import { hasCode } from '../../system/has-code.ts';
import { ORIGIN_PATHS } from './origin-paths.ts';

interface Finding {
  readonly path: string;
  readonly problem: string;
}

/** Reads back every byte that a generation stands for, its packages included. Paths are below the origin. */
export async function* auditGeneration(root: string, generation: SealedGeneration): AsyncGenerator<Finding> {
  for (const { path, sha256 } of promisedFiles(generation)) {
    const problem = await problemOf(join(root, path), sha256);
    if (problem !== undefined) yield { path, problem };
  }
  const folder = ORIGIN_PATHS.generation(generation.channel, generation.number);
  for (const [name, { links }] of Object.entries(generation.record.repositories)) {
    for (const [link, target] of Object.entries(links)) {
      const path = join(folder, name, link);
      const there = await readlink(join(root, path)).catch((error: unknown) => explain(error));
      if (there !== target) yield { path, problem: `it is ${there}, not a link to ${target}` };
    }
  }
}

function* promisedFiles(generation: SealedGeneration): Iterable<{ readonly path: string; readonly sha256: Sha256 }> {
  const folder = ORIGIN_PATHS.generation(generation.channel, generation.number);
  for (const [name, record] of Object.entries(generation.record.repositories)) {
    for (const [path, sha256] of Object.entries(record.files)) yield { path: join(folder, name, path), sha256 };
    for (const [inside, digests] of Object.entries(record.carried))
      for (const sha256 of digests) yield { path: join(folder, name, inside, sha256), sha256 };
    const pool = ORIGIN_PATHS.pool(generation.channel, name);
    const packages = generation.repositories[name]?.packages ?? [];
    if (record.type === 'apt') {
      for (const listed of packages)
        yield { path: join(pool, poolPath(listed).replace(/^pool\//, '')), sha256: listed.sha256 };
      continue;
    }
    for (const { folder: version, packages: inside } of groupByFolder('', packages)) {
      for (const { fileName, sha256 } of inside) yield { path: join(pool, version, fileName), sha256 };
      for (const [file, text] of Object.entries(checksumFiles(inside)))
        yield { path: join(pool, version, file), sha256: createHash('sha256').update(text).digest('hex') as Sha256 };
    }
  }
}

async function problemOf(path: string, sha256: Sha256): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  } catch (error) {
    return explain(error);
  }
  const actual = hash.digest('hex');
  return actual === sha256 ? undefined : `its sha256 is ${actual}, not ${sha256}`;
}

/** A file that cannot be read is a finding, whatever the reason: the reason is told, the audit goes on. */
function explain(error: unknown): string {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return 'missing';
  return error instanceof Error ? error.message : String(error);
}
