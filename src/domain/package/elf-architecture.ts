/** An ELF header as far as it tells machines apart (elf(5)). */
interface ElfHeader {
  readonly machine: number;
  readonly is64: boolean;
  readonly isLittle: boolean;
  readonly flags: number;
}

/** Enough bytes of a file for {@link elfArchitecture}. */
export const ELF_HEADER_BYTES = 52;

/** ARM EABI: the ABI's version 5, and floats in registers of their own (armhf). */
const ARM_HARD_FLOAT = 0x0400;
const MIPS_N32 = 0x0020;

type Rule = readonly [machine: number, arch: string, fits: (elf: ElfHeader) => boolean];

const little = (elf: ElfHeader): boolean => elf.isLittle;
const big = (elf: ElfHeader): boolean => !elf.isLittle;

/** Debian's names of machines (dpkg's cputable and ostable); the first that fits. Numbers are e_machine of elf.h. */
// biome-ignore format: a table is read by columns
const RULES: readonly Rule[] = [
  [62,  'amd64',    (elf) => elf.is64],
  [62,  'x32',      (elf) => !elf.is64],
  [3,   'i386',     little],
  [183, 'arm64',    (elf) => elf.is64 && elf.isLittle],
  [40,  'armhf',    (elf) => elf.isLittle && (elf.flags & ARM_HARD_FLOAT) !== 0],
  [40,  'armel',    little],
  [21,  'ppc64el',  little],
  [21,  'ppc64',    big],
  [20,  'powerpc',  big],
  [22,  's390x',    (elf) => elf.is64],
  [243, 'riscv64',  (elf) => elf.is64],
  [258, 'loong64',  (elf) => elf.is64],
  [8,   'mips64el', (elf) => elf.isLittle && (elf.is64 || (elf.flags & MIPS_N32) !== 0)],
  [8,   'mips64',   (elf) => elf.is64 || (elf.flags & MIPS_N32) !== 0],
  [8,   'mipsel',   little],
  [8,   'mips',     big],
  [43,  'sparc64',  big],
  [2,   'sparc',    big],
  [15,  'hppa',     big],
  [0x9026, 'alpha', little],
  [50,  'ia64',     little],
  [4,   'm68k',     big],
  [42,  'sh4',      little],
];

/**
 * The Debian architecture that an ELF file runs on, by its first bytes. undefined: no ELF file, or one for no machine of
 * Debian's (BPF, a microcontroller), which may well lie in a package for all.
 */
export function elfArchitecture(head: Uint8Array): string | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.length < 20 || bytes.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const is64 = bytes[4] === 2;
  const isLittle = bytes[5] === 1;
  const machine = isLittle ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18);
  const at = is64 ? 48 : 36;
  const flags = bytes.length < at + 4 ? 0 : isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  const elf = { machine, is64, isLittle, flags };
  return RULES.find(([number, , fits]) => number === machine && fits(elf))?.[1];
}
