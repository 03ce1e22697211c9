import { createHash, type Hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { tarPieces } from '../../domain/package/archive/tar-pieces.ts';
import { debControlArchive, debFrame } from '../../domain/package/deb/deb-bytes.ts';
import { debControl } from '../../domain/package/deb/deb-control.ts';
import { planDeb } from '../../domain/package/deb/plan-deb.ts';
import { ELF_HEADER_BYTES, elfArchitecture } from '../../domain/package/elf-architecture.ts';
import { Inputs, type TreeFile } from '../../domain/package/find-in-inputs.ts';
import {
  PackageArchitectureError,
  PackageInputError,
  PackageTooLargeError,
} from '../../domain/package/package-error.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { BuildJob, OpenBlob } from './build-job.ts';
import { compressToFile } from './compress-to-file.ts';
import { type BlobObserver, fillPieces } from './fill-pieces.ts';

/** Maintainer scripts and units are held as text. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/** Writes data.tar of a deb to a new file, each blob read once, and makes what stands around it. */
export async function writeDeb(
  job: BuildJob,
  open: OpenBlob,
  bodyPath: string,
  signal: AbortSignal,
): Promise<{ head: Buffer; tail: Buffer }> {
  const { options, version, sourceDateEpochS: mtimeS } = job;
  const plan = planDeb(options, new Inputs(job.inputs));
  debControl(options, version, plan.entries); // a wrong field is told before gigabytes are compressed
  const texts = {
    scripts: await readTexts(plan.scripts, open, 'scripts'),
    units: await readTexts(plan.units, open, 'systemd'),
  };
  const files = new Map(
    plan.entries.flatMap((entry) =>
      entry.kind === 'file' && !(entry.content instanceof Uint8Array) ? [[entry.content.sha256, entry.path]] : [],
    ),
  );
  const facts = new FileFacts((sha256, arch) => refuseForeign(options.arch, arch, files.get(sha256) ?? sha256));
  const pieces = tarPieces(plan.entries, { long: 'gnu', prefix: './', mtimeS });
  await compressToFile(fillPieces(pieces, open, facts), options.compression, bodyPath, signal);
  const control = debControlArchive(plan, options, version, { ...texts, md5: facts.md5 }, mtimeS);
  const { size } = await stat(bodyPath);
  const name = options.compression === 'xz' ? 'data.tar.xz' : 'data.tar.gz';
  return debFrame(control, { name, sizeBytes: size }, mtimeS);
}

function refuseForeign(declared: string, actual: string, path: string): void {
  if (declared !== 'all') return;
  throw new PackageArchitectureError(
    `/${path} is a program for ${actual}, but the package says arch: all.`,
    `Write arch: ${actual}, and make one package for each architecture.`,
  );
}

/** Sees each file go by: its md5 for `md5sums`, and the machine it is for. */
class FileFacts implements BlobObserver {
  readonly md5 = new Map<Sha256, string>();
  readonly #onProgram: (sha256: Sha256, arch: string) => void;
  #current: { sha256: Sha256; hash: Hash; head: Uint8Array } | undefined;

  constructor(onProgram: (sha256: Sha256, arch: string) => void) {
    this.#onProgram = onProgram;
  }

  begin(sha256: Sha256): void {
    this.#current = { sha256, hash: createHash('md5'), head: new Uint8Array(0) };
  }

  chunk(chunk: Uint8Array): void {
    const current = this.#current;
    if (!current) return;
    current.hash.update(chunk);
    if (current.head.length >= ELF_HEADER_BYTES) return;
    current.head = Buffer.concat([current.head, chunk.subarray(0, ELF_HEADER_BYTES - current.head.length)]);
    if (current.head.length === ELF_HEADER_BYTES) this.#recognise();
  }

  end(): void {
    if (!this.#current) return;
    if (this.#current.head.length < ELF_HEADER_BYTES) this.#recognise();
    this.md5.set(this.#current.sha256, this.#current.hash.digest('hex'));
  }

  #recognise(): void {
    const arch = this.#current && elfArchitecture(this.#current.head);
    if (arch !== undefined && this.#current) this.#onProgram(this.#current.sha256, arch);
  }
}

async function readTexts(
  files: Readonly<Record<string, TreeFile>>,
  open: OpenBlob,
  option: string,
): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  for (const [name, { sha256, sizeBytes }] of Object.entries(files)) {
    if (sizeBytes > MAX_TEXT_BYTES)
      throw new PackageTooLargeError(`${option} ${name} has ${sizeBytes} bytes.`, `${MAX_TEXT_BYTES} is the most.`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of open(sha256)) chunks.push(chunk);
    try {
      texts[name] = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      throw new PackageInputError(`${option} ${name} is not a text in UTF-8.`, 'Save it as UTF-8.', { cause });
    }
  }
  return texts;
}
