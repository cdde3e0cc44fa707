/** What a pattern takes for one value: a value that is meant as it is, or an operator with one operand. */
export type Alternative = Scalar | { readonly [Name in Operator]?: unknown };

type Scalar = string | number | boolean | null;

const TEXT_OPERATORS = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'] as const;

type Operator = (typeof TEXT_OPERATORS)[number] | 'exists' | 'numeric' | 'anything-but';

interface OperatorRules {
  /** Whether EventBridge, and this, know the operand. */
  takes(operand: unknown): boolean;
  isMet(value: unknown, operand: never): boolean;
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

const OPERATORS: Readonly<Record<Operator, OperatorRules>> = {
  prefix: textual((value, prefix) => value.startsWith(prefix)),
  suffix: textual((value, suffix) => value.endsWith(suffix)),
  'equals-ignore-case': textual((value, other) => value.toLowerCase() === other.toLowerCase()),
  wildcard: textual((value, pattern) => wildcard(pattern).test(value)),
  exists: {
    takes: (operand: unknown) => typeof operand === 'boolean',
    isMet: (value: unknown, exists: boolean) => (value !== undefined) === exists,
  },
  numeric: {
    takes: isComparison,
    isMet: (value: unknown, comparison: readonly unknown[]) => isWithin(value, comparison),
  },
  'anything-but': {
    takes: (operand: unknown) => [operand].flat().length > 0 && [operand].flat().every(isExcludable),
    isMet: (value: unknown, excluded: Alternative | readonly Alternative[]) =>
      value !== undefined && ![excluded].flat().some((one) => isMeant(one as Alternative, value)),
  },
};

/** What stands in a pattern's list; nothing where it is of a form that is not known. */
export function readAlternative(given: unknown): Alternative | undefined {
  if (isScalar(given)) {
    return given;
  }
  const [[name = '', operand] = [], ...others] = Object.entries(given ?? {});
  const isKnown = isOperator(name) && others.length === 0 && OPERATORS[name].takes(operand);
  return isKnown ? (given as Alternative) : undefined;
}

export function isMeant(alternative: Alternative, value: unknown): boolean {
  if (isScalar(alternative)) {
    return alternative === value;
  }
  return Object.entries(alternative).every(([name, operand]) =>
    OPERATORS[name as Operator].isMet(value, operand as never),
  );
}

function textual(isMet: (value: string, operand: string) => boolean) {
  return {
    takes: (operand: unknown) => typeof operand === 'string',
    isMet: (value: unknown, operand: string) => typeof value === 'string' && isMet(value, operand),
  };
}

/** An asterisk is any text; with a backslash before it, an asterisk. */
function wildcard(pattern: string): RegExp {
  const parts = pattern
    .split(/(\\.|\*)/s)
    .map((part) => (part === '*' ? '.*' : escaped(part.replace(/^\\(.)/s, '$1'))));
  return new RegExp(`^${parts.join('')}$`, 's');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** One comparison, or two for a range: `[">", 0, "<=", 5]`. */
function isComparison(operand: unknown): boolean {
  return (
    Array.isArray(operand) &&
    (operand.length === 2 || operand.length === 4) &&
    operand.every((part, index) =>
      index % 2 === 0 ? Object.hasOwn(COMPARISONS, String(part)) : typeof part === 'number',
    )
  );
}

function isWithin(value: unknown, comparison: readonly unknown[]): boolean {
  return (
    typeof value === 'number' &&
    comparison.every(
      (part, index) => index % 2 === 1 || COMPARISONS[String(part)]?.(value, Number(comparison[index + 1])),
    )
  );
}

function isExcludable(value: unknown): boolean {
  const [[name = '', operand] = [], ...others] = Object.entries(isScalar(value) ? {} : (value ?? {}));
  const isTextual = TEXT_OPERATORS.some((operator) => operator === name) && others.length === 0;
  return typeof value === 'string' || typeof value === 'number' || (isTextual && typeof operand === 'string');
}

function isOperator(name: string): name is Operator {
  return Object.hasOwn(OPERATORS, name);
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
