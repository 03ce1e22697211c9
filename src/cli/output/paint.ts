const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;
export type Color = keyof typeof CODES;

export type Paint = Readonly<Record<Color, (text: string) => string>>;

/** Colours for a terminal that has them; elsewhere the text as it is. */
export function paint(hasColor: boolean): Paint {
  const entries = Object.entries(CODES).map(([name, code]) => [
    name,
    (text: string) => (hasColor && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text),
  ]);
  return Object.fromEntries(entries) as Paint;
}
