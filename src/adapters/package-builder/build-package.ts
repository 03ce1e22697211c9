import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { bytesSource, chunksOf, joinSources } from '../../domain/package/archive/byte-source.ts';
import { tarPieces } from '../../domain/package/archive/tar-pieces.ts';
import { checkPackage } from '../../domain/package/check-package.ts';
import { Inputs } from '../../domain/package/find-in-inputs.ts';
import { packageFileName } from '../../domain/package/package-file-name.ts';
import { planArchive } from '../../domain/package/plan-archive.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { AssembledPackage, BuildJob, OpenBlob } from './build-job.ts';
import { compressToFile } from './compress-to-file.ts';
import { FileSource } from './file-source.ts';
import { fillPieces } from './fill-pieces.ts';
import { inspectPackage } from './inspect-package.ts';
import { writeDeb } from './write-deb.ts';
import { writeZip } from './write-zip.ts';

/**
 * Puts a package together in the scratch folder and reads it back with our own reader before anybody else gets it.
 * @throws {PackageError}
 */
export async function buildPackage(job: BuildJob, open: OpenBlob, signal: AbortSignal): Promise<AssembledPackage> {
  const fileName = packageFileName(job.format, job.options, job.version);
  const bodyPath = join(job.scratch, 'body');
  const { head, tail } = await writeBody(job, open, bodyPath, signal);
  const body = new FileSource(bodyPath);
  try {
    const source = joinSources([bytesSource(head), body, bytesSource(tail)]);
    const facts = await inspectPackage(source, fileName);
    const { name, arch } = job.options;
    const expected = job.format === 'deb' ? { name, version: job.version, arch } : {};
    checkPackage(fileName, facts, { format: job.format, ...expected });
    const hash = createHash('sha256');
    for (const chunk of chunksOf(source)) hash.update(chunk);
    const sha256 = hash.digest('hex') as Sha256;
    return { fileName, head, bodyPath, tail, sha256, sizeBytes: source.sizeBytes, facts };
  } finally {
    body.close();
  }
}

async function writeBody(
  job: BuildJob,
  open: OpenBlob,
  bodyPath: string,
  signal: AbortSignal,
): Promise<{ head: Buffer; tail: Buffer }> {
  const nothing = { head: Buffer.alloc(0), tail: Buffer.alloc(0) };
  const mtimeS = job.sourceDateEpochS;
  switch (job.format) {
    case 'deb':
      return await writeDeb(job, open, bodyPath, signal);
    case 'tar': {
      const pieces = tarPieces(planArchive('tar', job.options, new Inputs(job.inputs)), {
        long: 'pax',
        prefix: '',
        mtimeS,
      });
      await compressToFile(fillPieces(pieces, open), job.options.compression, bodyPath, signal);
      return nothing;
    }
    case 'zip':
      await writeZip(planArchive('zip', job.options, new Inputs(job.inputs)), mtimeS, open, bodyPath);
      return nothing;
  }
}
