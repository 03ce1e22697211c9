/** Where a value stands in the config: map keys and list indexes from the root down. */
export type KeyPath = readonly (string | number)[];

const PLAIN_KEY = /^[A-Za-z0-9_-]+$/;

/** `agents.windows.retry`, `steps[2].with`, `packages.deb.with.files."app/hello"`; the root is the empty text. */
export function printPath(path: KeyPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += `${text === '' ? '' : '.'}${PLAIN_KEY.test(part) ? part : JSON.stringify(part)}`;
  }
  return text;
}

/** The inverse of `printPath`; also takes `steps.2.with`. undefined when the text is no path. */
export function parsePath(text: string): KeyPath | undefined {
  const path: (string | number)[] = [];
  const part = /\.?(?:\[(\d+)\]|"((?:[^"\\]|\\.)*)"|([^.[\]"\s]+))/y;
  while (part.lastIndex < text.length) {
    const start = part.lastIndex;
    const match = part.exec(text);
    if (match === null || (start === 0 && text.startsWith('.'))) return undefined;
    if (match[1] !== undefined) path.push(Number(match[1]));
    else if (match[2] !== undefined) {
      const key = unquote(match[2]);
      if (key === undefined) return undefined;
      path.push(key);
    } else path.push(match[3] ?? '');
  }
  return path;
}

function unquote(inner: string): string | undefined {
  try {
    return JSON.parse(`"${inner}"`) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export const isBelow = (path: KeyPath, above: KeyPath): boolean =>
  path.length >= above.length && above.every((part, index) => part === path[index]);
