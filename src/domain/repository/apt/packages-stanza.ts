import { EXIT } from '../../../kernel/exit-code.ts';
import { SlipwayError } from '../../../kernel/slipway-error.ts';
import type { ListedPackage } from '../generation.ts';
import { poolPath } from './pool-path.ts';

/**
 * A deb's control file cannot stand in an index: it is not fields and continuation lines, or an empty line would cut it in
 * two. Build the package again with a proper control file (Debian Policy 5.1).
 */
export class ControlStanzaError extends SlipwayError {
  readonly code = 'SLIP_DEB_CONTROL_STANZA';
  override readonly exitCode = EXIT.refused;

  constructor(listed: ListedPackage, line: number) {
    super(
      `Line ${line} of the control file of ${listed.fileName} is neither a field nor the continuation of one.`,
      'Build the package again with a control file as Debian Policy 5.1 describes it.',
    );
  }
}

/** Fields the index says itself: a package that brings one of them must not be believed. */
const OURS = /^(Filename|Size|MD5sum|SHA1|SHA256|SHA512):/i;
const HAS_OURS = new RegExp(OURS.source, 'im');
const FIELD = '[!-,.-9;-~][!-9;-~]*:[^\\n]*';
const CONTINUATION = '[ \\t]+\\S[^\\n]*';
/** Fields, each with its continuation lines: as nearly every control file is, told without taking it apart. */
const FIELDS = new RegExp(`^${FIELD}(?:\\n(?:${FIELD}|${CONTINUATION}))*$`);

/** A package's paragraph of `Packages`: its control fields verbatim, then where it lies, its size and its digest. */
export function packagesStanza(listed: ListedPackage): string {
  if (listed.facts.format !== 'deb') throw new TypeError(`${listed.fileName} is not a deb`);
  const control = listed.facts.control.replace(/\n+$/, '');
  const fields = FIELDS.test(control) && !HAS_OURS.test(control) ? control : ownFields(listed, control);
  return `${fields}\nFilename: ${poolPath(listed)}\nSize: ${listed.sizeBytes}\nSHA256: ${listed.sha256}\n\n`;
}

function ownFields(listed: ListedPackage, control: string): string {
  const kept: string[] = [];
  let drops = false;
  for (const [at, line] of control.split('\n').entries()) {
    const continues = new RegExp(`^${CONTINUATION}$`).test(line);
    if (!continues && !new RegExp(`^${FIELD}$`).test(line)) throw new ControlStanzaError(listed, at + 1);
    if (!continues) drops = OURS.test(line);
    if (!drops) kept.push(line);
  }
  return kept.join('\n');
}
