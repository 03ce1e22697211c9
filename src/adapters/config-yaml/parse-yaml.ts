import { type Document, LineCounter, parseDocument } from 'yaml';
import type { ConfigNode, GivenBy } from '../../domain/config/config-node.ts';
import type { Finding, Place } from '../../domain/config/finding.ts';
import { toConfigNode } from './to-config-node.ts';
import { errorOffset, explainYamlError } from './yaml-error.ts';
import { overLimit } from './yaml-limits.ts';

export const MAX_BYTES = 5 * 1024 * 1024;

export interface ParsedYaml {
  /** undefined when nothing could be made of the text. */
  readonly root: ConfigNode | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Strict YAML 1.2: duplicate keys, tags and `<<` are errors, anchors are not. `file` is the name in messages.
 * Everything that is wrong with the text is found at once.
 */
export function parseYaml(bytes: Uint8Array, file: string, by: GivenBy = 'file'): ParsedYaml {
  const start: Place = { file, line: 1, column: 1 };
  const error = (code: Finding['code'], happened: string, remedy: string, place = start): ParsedYaml => ({
    root: undefined,
    findings: [{ ...place, severity: 'error', code, happened, remedy }],
  });
  if (bytes.length > MAX_BYTES) {
    const mb = (bytes.length / 1024 / 1024).toFixed(1);
    return error('SLIP_CONFIG_TOO_BIG', `The file has ${mb} MB; 5 MB is the most.`, 'Check that it is the right file.');
  }
  const text = decode(bytes);
  if (text === undefined) return error('SLIP_CONFIG_ENCODING', 'The file is not UTF-8 text.', 'Save it as UTF-8.');
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const over = overLimit(text);
  if (over !== undefined) return { root: undefined, findings: [{ file, severity: 'error', ...over }] };
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: false, // found below, with both places
    merge: false,
    prettyErrors: false,
    lineCounter: lines,
    logLevel: 'error', // 'silent' would also hide a second document
  });
  return read(document, text, file, by, at);
}

function read(
  document: Document.Parsed,
  text: string,
  file: string,
  by: GivenBy,
  at: (offset: number) => Place,
): ParsedYaml {
  const findings: Finding[] = [];
  // After the first broken line the parser guesses; what it says about later ones is mostly an echo of the first.
  const broken = document.errors[0];
  if (broken !== undefined) {
    findings.push({ ...at(errorOffset(broken, text)), severity: 'error', ...explainYamlError(broken) });
    return { root: undefined, findings };
  }
  for (const warning of document.warnings.filter(({ code }) => code !== 'TAG_RESOLVE_FAILED'))
    findings.push({ ...at(warning.pos[0]), severity: 'error', ...explainYamlError(warning) });
  if (document.directives.yaml.explicit && document.directives.yaml.version !== '1.2')
    findings.push({
      ...at(0),
      severity: 'error',
      code: 'SLIP_CONFIG_SYNTAX',
      happened: `The file says that it is YAML ${document.directives.yaml.version}; a config is YAML 1.2.`,
      remedy: 'Remove the %YAML line.',
    });
  if (document.contents === null) {
    findings.push({
      ...{ file, line: 1, column: 1 },
      severity: 'error',
      code: 'SLIP_CONFIG_EMPTY',
      happened: text.trim() === '' ? 'The file is empty.' : 'The file holds nothing but comments.',
      remedy: 'Write "version: 1" and go on from there, or run "slipway init" in an empty folder to see a small one.',
    });
    return { root: undefined, findings };
  }
  const made = toConfigNode(document, by, at);
  return { root: made.root, findings: [...findings, ...made.findings] };
}

function decode(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined; // UTF-16, or no text at all
  try {
    // A byte order mark of UTF-8 is let through: editors on Windows write one. It counts for no column.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
