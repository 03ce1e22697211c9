import type { Terminal } from '../context.ts';

const ACTING = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** JSON for programs. What a terminal would obey is written as \u escapes: the same value, harmless on a screen. */
export const toJson = (value: unknown, indent?: number): string =>
  harmlessJson(JSON.stringify(value, undefined, indent) ?? 'null');

/** The same for a text that is JSON already. */
export const harmlessJson = (json: string): string =>
  json.replace(ACTING, (character) =>
    Array.from({ length: character.length }, (_, unit) => escapeUnit(character.charCodeAt(unit))).join(''),
  );

const escapeUnit = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;

export const printJson = (terminal: Terminal, value: unknown): void => terminal.out(toJson(value));

/** One JSON document with a list that may be longer than memory: `{ ...head, "<name>": [ ... ], ...tail }`. */
export class JsonList {
  readonly #terminal: Terminal;
  #hasItems = false;

  constructor(terminal: Terminal, head: Readonly<Record<string, unknown>>, name: string) {
    this.#terminal = terminal;
    const members = Object.entries(head).map(([key, value]) => `${toJson(key)}:${toJson(value ?? null)},`);
    terminal.part(`{${members.join('')}${toJson(name)}:[`);
  }

  add(item: unknown): void {
    this.#terminal.part(`${this.#hasItems ? ',' : ''}\n${toJson(item)}`);
    this.#hasItems = true;
  }

  end(tail: Readonly<Record<string, unknown>>): void {
    const members = Object.entries(tail).map(([key, value]) => `,${toJson(key)}:${toJson(value ?? null)}`);
    this.#terminal.part(`]${members.join('')}}\n`);
  }
}
