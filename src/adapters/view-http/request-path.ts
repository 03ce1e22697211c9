/**
 * The parts of a request's path, decoded, or undefined when it is not one we answer: `..`, an encoded slash or NUL, broken
 * encoding, or a name that begins with a dot (locks and unfinished files of the origin lie under such names).
 * A final `/` gives a final empty part.
 */
export function requestPathParts(target: string): readonly string[] | undefined {
  const raw = target.split(/[?#]/, 1)[0] ?? '';
  if (!raw.startsWith('/')) return undefined;
  const parts: string[] = [];
  const encoded = raw.slice(1).split('/');
  for (const [index, part] of encoded.entries()) {
    const name = decodePart(part);
    if (name === undefined || /[/\\\0]/.test(name) || name.startsWith('.')) return undefined;
    // An empty part is only allowed as the last one: `a//b` would be another name for `a/b`.
    if (name === '' && index < encoded.length - 1) return undefined;
    parts.push(name);
  }
  return parts;
}

function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined; // `%ZZ` names no file
  }
}
