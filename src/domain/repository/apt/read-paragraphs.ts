/** Fields of one paragraph: name in small letters -> value, continuation lines joined by newlines. */
export type Paragraph = ReadonlyMap<string, string>;

/**
 * Reads control data as a client does (deb822(5)): paragraphs of `Field: value`, continued by lines that begin with a blank.
 * @throws {RangeError} a line that is neither, or a field that appears twice: clients disagree about which one counts.
 */
export function readParagraphs(text: string): readonly Paragraph[] {
  const paragraphs: Map<string, string>[] = [];
  let current: Map<string, string> | undefined;
  let field = '';
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') {
      current = undefined;
      continue;
    }
    if (/^[ \t]/.test(line)) {
      if (!current) throw new RangeError(`line ${index + 1} continues no field`);
      current.set(field, `${current.get(field)}\n${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    field = line.slice(0, colon).toLowerCase();
    if (colon < 1 || /[ \t]/.test(field))
      throw new RangeError(`line ${index + 1} is not a field: ${line.slice(0, 80)}`);
    if (!current) {
      current = new Map();
      paragraphs.push(current);
    }
    if (current.has(field)) throw new RangeError(`line ${index + 1} has ${field} a second time`);
    current.set(field, line.slice(colon + 1).trim());
  }
  return paragraphs;
}
