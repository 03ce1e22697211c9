import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hasProgram } from '../../../test/support/has-program.ts';
import { ELF_HEADER_BYTES, elfArchitecture } from './elf-architecture.ts';

const HAS_DPKG = hasProgram('dpkg', 'the architecture of a real program');

function elf(machine: number, bits: 32 | 64, order: 'little' | 'big', flags = 0): Buffer {
  const bytes = Buffer.alloc(ELF_HEADER_BYTES);
  bytes.write('\x7fELF', 'latin1');
  bytes[4] = bits === 64 ? 2 : 1;
  bytes[5] = order === 'little' ? 1 : 2;
  const at = bits === 64 ? 48 : 36;
  if (order === 'little') {
    bytes.writeUInt16LE(machine, 18);
    bytes.writeUInt32LE(flags, at);
  } else {
    bytes.writeUInt16BE(machine, 18);
    bytes.writeUInt32BE(flags, at);
  }
  return bytes;
}

test.each([
  ['amd64', elf(62, 64, 'little')],
  ['x32', elf(62, 32, 'little')],
  ['i386', elf(3, 32, 'little')],
  ['arm64', elf(183, 64, 'little')],
  ['armhf', elf(40, 32, 'little', 0x05000400)],
  ['armel', elf(40, 32, 'little', 0x05000200)],
  ['ppc64el', elf(21, 64, 'little')],
  ['s390x', elf(22, 64, 'big')],
  ['riscv64', elf(243, 64, 'little')],
  ['mips64el', elf(8, 64, 'little')],
  ['mipsel', elf(8, 32, 'little')],
  ['loong64', elf(258, 64, 'little')],
])('a program for %s is recognised by its header', (arch, header) => {
  expect(elfArchitecture(header)).toBe(arch);
});

test.each([
  ['a BPF object', elf(247, 64, 'little')],
  ['a script', Buffer.from('#!/bin/sh\necho hello, this is no program\n')],
  ['nothing', Buffer.alloc(0)],
  ['a header that is cut off', elf(62, 64, 'little').subarray(0, 19)],
])('%s is for no machine of its own', (_, bytes) => {
  expect(elfArchitecture(bytes)).toBeUndefined();
});

test.skipIf(!HAS_DPKG || !existsSync('/bin/true'))('this machine names its own programs as dpkg does', () => {
  const arch = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
  expect(elfArchitecture(readFileSync('/bin/true').subarray(0, ELF_HEADER_BYTES))).toBe(arch);
});
