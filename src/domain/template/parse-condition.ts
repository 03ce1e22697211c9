/** What an `if` may say (config 4): paths, 'texts', `== != && || ! ( )`. */
export type Condition =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'not'; readonly of: Condition }
  | {
      readonly kind: 'and' | 'or' | 'equal' | 'unequal';
      readonly left: Condition;
      readonly right: Condition;
    };

type Read = Condition | { readonly problem: string };

const TOKEN = /\s*(?:(==|!=|&&|\|\||!|\(|\))|'((?:[^']|'')*)'|([A-Za-z_][A-Za-z0-9_.-]*))/y;
const MAX_TOKENS = 200;

interface Token {
  readonly operator?: string;
  readonly operand?: Condition;
}

/** Reads `a == 'b' && !(c || d)`, with or without `${{ }}` around it. Binding, tightest first: `!`, `== !=`, `&&`, `||`. */
export function parseCondition(text: string): Read {
  const tokens = tokenise(/^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(text)?.[1] ?? text);
  if (!Array.isArray(tokens)) return tokens;
  if (tokens.length === 0) return { problem: 'says nothing' };
  const reader = new ConditionReader(tokens);
  const read = reader.or();
  if (!('problem' in read) && !reader.atEnd()) return { problem: `has more than one value in "${text.trim()}"` };
  return read;
}

function tokenise(text: string): Token[] | { readonly problem: string } {
  const tokens: Token[] = [];
  const body = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < body.length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(body);
    if (match === null)
      return { problem: `has "${body.slice(start).trim().slice(0, 20)}", which is no path, 'text' or operator` };
    if (match[1] !== undefined) tokens.push({ operator: match[1] });
    else if (match[2] !== undefined) tokens.push({ operand: { kind: 'text', text: match[2].replaceAll("''", "'") } });
    else tokens.push({ operand: { kind: 'path', path: match[3] ?? '' } });
    if (tokens.length > MAX_TOKENS) return { problem: `has more than ${MAX_TOKENS} parts` };
  }
  return tokens;
}

class ConditionReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  or(): Read {
    return this.#chain('||', 'or', () => this.#and());
  }

  #and(): Read {
    return this.#chain('&&', 'and', () => this.#equality());
  }

  #equality(): Read {
    const left = this.#unary();
    if ('problem' in left) return left;
    const kind = this.#take('==') ? 'equal' : this.#take('!=') ? 'unequal' : undefined;
    if (kind === undefined) return left;
    const right = this.#unary();
    return 'problem' in right ? right : { kind, left, right };
  }

  #unary(): Read {
    if (this.#take('!')) {
      const of = this.#unary();
      return 'problem' in of ? of : { kind: 'not', of };
    }
    if (this.#take('(')) {
      const inner = this.or();
      if ('problem' in inner) return inner;
      return this.#take(')') ? inner : { problem: 'has "(" without ")"' };
    }
    const operand = this.#tokens[this.#at]?.operand;
    if (operand === undefined) return { problem: 'has an operator without a value beside it' };
    this.#at += 1;
    return operand;
  }

  #chain(operator: string, kind: 'and' | 'or', read: () => Read): Read {
    let left = read();
    while (!('problem' in left) && this.#take(operator)) {
      const right = read();
      if ('problem' in right) return right;
      left = { kind, left, right };
    }
    return left;
  }

  #take(operator: string): boolean {
    if (this.#tokens[this.#at]?.operator !== operator) return false;
    this.#at += 1;
    return true;
  }
}
