import { jsonPath } from '../gateway/json-path';
import { isObject } from '../template/values';
import { FilterPatternError } from './filter-pattern-error';
import { patternRegExp, unescapeQuoted, wildcardMatcher } from './pattern-terms';

type Condition = (event: unknown) => boolean;
type Comparison = (value: string | number) => boolean;

const SELECTOR = /\$(?:\.[\w-]+|\.?\['[^']+'\]|\.?\["[^"]+"\]|\.\*|\[(?:\d+|\*)\])+/y;
const OPERATOR = /<=|>=|!=|=|<|>/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const EXPRESSION = /%((?:[^%\\]|\\.)*)%/y;
const BARE = /[\w.*+:/@#-]+/y;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** AWS's quota for one pattern. */
const MAX_EXPRESSIONS = 2;

const ORDER: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** `{ $.status >= 500 && ($.type = "A*" || $.type IS NULL) }`; what is no JSON object does not match. */
export function compileJsonPattern(pattern: string): (message: string) => boolean {
  const condition = new JsonPattern(pattern).parse();
  return (message) => {
    const event = parsed(message);
    return isObject(event) && condition(event);
  };
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

/** Reads from the left; `&&` binds more than `||`. */
class JsonPattern {
  private position = 0;
  private expressions = 0;

  constructor(private readonly pattern: string) {}

  public parse(): Condition {
    this.expect(/\{/y);
    const condition = this.anyOf();
    this.expect(/\}/y);
    if (this.position < this.pattern.length) {
      throw this.malformed();
    }
    return condition;
  }

  private anyOf(): Condition {
    const conditions = [this.allOf()];
    while (this.take(/\|\|/y)) {
      conditions.push(this.allOf());
    }
    return (event) => conditions.some((condition) => condition(event));
  }

  private allOf(): Condition {
    const conditions = [this.single()];
    while (this.take(/&&/y)) {
      conditions.push(this.single());
    }
    return (event) => conditions.every((condition) => condition(event));
  }

  private single(): Condition {
    if (this.take(/\(/y)) {
      const condition = this.anyOf();
      this.expect(/\)/y);
      return condition;
    }
    const values = this.selector();
    const [, literal] = this.take(/IS\s+(NULL|TRUE|FALSE)\b/y) ?? [];
    if (literal !== undefined) {
      const wanted = { NULL: null, TRUE: true, FALSE: false }[literal];
      return (event) => values(event).some((value) => value === wanted);
    }
    if (this.take(/NOT\s+EXISTS\b/y)) {
      return (event) => values(event).length === 0;
    }
    const comparison = this.comparison();
    return (event) => values(event).some((value) => isComparable(value) && comparison(value));
  }

  /** The values that a selector finds: one, or with a wildcard many. */
  private selector(): (event: unknown) => unknown[] {
    const [selector] = this.expect(SELECTOR);
    const wildcards = selector.match(/\.\*|\[\*\]/g)?.length ?? 0;
    if (wildcards > 1) {
      throw new FilterPatternError(this.pattern, `has more than one wildcard in ${selector}`);
    }
    const path = selector.replaceAll('.[', '[');
    return (event) => {
      const found = jsonPath(event, path);
      return wildcards > 0 ? (found as unknown[]) : found === undefined ? [] : [found];
    };
  }

  private comparison(): Comparison {
    const [operator] = this.expect(OPERATOR);
    const order = ORDER[operator];
    if (order !== undefined) {
      const limit = this.number();
      // A number in quotes is text, and text has no order.
      return (value) => typeof value === 'number' && order(value, limit);
    }
    const equals = this.equality();
    return operator === '=' ? equals : (value) => !equals(value);
  }

  private number(): number {
    const [start, [term]] = [this.position, this.expect(BARE)];
    if (!NUMBER.test(term)) {
      this.position = start;
      throw this.malformed();
    }
    return Number(term);
  }

  private equality(): Comparison {
    const [, expression] = this.take(EXPRESSION) ?? [];
    if (expression !== undefined) {
      const regExp = this.regExp(expression);
      return (value) => regExp.test(String(value));
    }
    const [, quoted] = this.take(QUOTED) ?? [];
    const term = quoted === undefined ? this.expect(BARE)[0] : unescapeQuoted(quoted);
    const matches = wildcardMatcher(term);
    const isNumber = quoted === undefined && NUMBER.test(term);
    return (value) => (isNumber && typeof value === 'number' ? value === Number(term) : matches(String(value)));
  }

  private regExp(expression: string): RegExp {
    this.expressions += 1;
    if (this.expressions > MAX_EXPRESSIONS) {
      throw new FilterPatternError(this.pattern, `has more than ${MAX_EXPRESSIONS} regular expressions`);
    }
    return patternRegExp(expression, this.pattern);
  }

  private expect(token: RegExp): RegExpExecArray {
    const match = this.take(token);
    if (match === null) {
      throw this.malformed();
    }
    return match;
  }

  private take(token: RegExp): RegExpExecArray | null {
    token.lastIndex = this.position;
    const match = token.exec(this.pattern);
    if (match !== null) {
      const end = token.lastIndex;
      this.position = end + (/^\s*/.exec(this.pattern.slice(end))?.[0].length ?? 0);
    }
    return match;
  }

  private malformed(): FilterPatternError {
    const rest = this.pattern.slice(this.position);
    return new FilterPatternError(this.pattern, `is malformed at ${rest === '' ? 'its end' : rest}`);
  }
}

/** Objects, lists, booleans and null are compared with nothing, neither by `=` nor by `!=`. */
function isComparable(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
