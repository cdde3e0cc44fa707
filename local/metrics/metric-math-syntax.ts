/** An expression, taken apart. */
export type Node =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'id'; readonly name: string }
  | { readonly kind: 'array'; readonly items: readonly Node[] }
  | { readonly kind: 'operation'; readonly operator: string; readonly operands: readonly Node[] }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Node[] };

const TOKEN = /\s*(?:(\d+(?:\.\d+)?|\.\d+)|([A-Za-z]\w*)|(&&|\|\||[<>=!]=|[-+*/^<>()[\],]))/y;

/** From what binds least to what binds most. */
const LEVELS = [['||'], ['&&'], ['==', '!=', '<', '<=', '>', '>='], ['+', '-'], ['*', '/'], ['^']];

const WORDS: Readonly<Record<string, string>> = { AND: '&&', OR: '||' };

/** @throws SyntaxError that names what is not understood */
export function parse(expression: string): Node {
  const parser = new Parser(tokenize(expression), expression);
  return parser.whole();
}

function tokenize(expression: string): string[] {
  const tokens: string[] = [];
  const text = expression.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const [, number, word, sign] = TOKEN.exec(text) ?? [];
    const token = number ?? sign ?? (word !== undefined ? (WORDS[word] ?? word) : undefined);
    if (token === undefined) {
      throw new SyntaxError(`the expression ${expression} is not understood from ${text.slice(from)}`);
    }
    tokens.push(token);
  }
  return tokens;
}

class Parser {
  private position = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly expression: string,
  ) {}

  whole(): Node {
    const node = this.level(0);
    return this.position === this.tokens.length ? node : this.fail();
  }

  private level(depth: number): Node {
    const operators = LEVELS[depth];
    if (operators === undefined) {
      return this.unary();
    }
    let left = this.level(depth + 1);
    for (let operator = this.peek(); operators.includes(operator); operator = this.peek()) {
      this.position++;
      left = { kind: 'operation', operator, operands: [left, this.level(depth + 1)] };
    }
    return left;
  }

  private unary(): Node {
    if (this.peek() !== '-') {
      return this.primary();
    }
    this.position++;
    const zero: Node = { kind: 'number', value: 0 };
    return { kind: 'operation', operator: '-', operands: [zero, this.unary()] };
  }

  private primary(): Node {
    const token = this.peek();
    this.position++;
    if (token === '(') {
      const [inner, ...more] = this.until(')');
      return inner !== undefined && more.length === 0 ? inner : this.fail();
    }
    if (token === '[') {
      return { kind: 'array', items: this.until(']') };
    }
    if (/^[\d.]/.test(token)) {
      return { kind: 'number', value: Number(token) };
    }
    if (!/^[A-Za-z]/.test(token)) {
      return this.fail();
    }
    if (this.peek() !== '(') {
      return { kind: 'id', name: token };
    }
    this.position++;
    return { kind: 'call', name: token.toUpperCase(), operands: this.until(')') };
  }

  /** What stands between commas. */
  private until(end: string): Node[] {
    const nodes: Node[] = [];
    while (this.peek() !== end) {
      if (nodes.length > 0 && this.tokens[this.position++] !== ',') {
        this.fail();
      }
      nodes.push(this.level(0));
    }
    this.position++;
    return nodes;
  }

  private peek(): string {
    return this.tokens[this.position] ?? '';
  }

  private fail(): never {
    throw new SyntaxError(`the expression ${this.expression} is not understood`);
  }
}
