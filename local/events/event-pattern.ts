/** An event pattern of EventBridge's: what an event must have, in the event's own structure, with lists of what is taken. */
export type EventPattern = { readonly [name: string]: EventPattern | readonly Alternative[] };

/** A value that is meant as it is, or what text begins with. */
type Alternative = string | number | boolean | null | { readonly prefix: string };

/** The pattern is of a form that is not served, or that EventBridge itself refuses; the message says which. */
export class EventPatternError extends Error {
  override readonly name = 'EventPatternError';
}

/**
 * Reads a pattern of values and prefixes; of the other forms none is served.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function readEventPattern(pattern: unknown, path = ''): EventPattern {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) {
    throw new EventPatternError(`an event pattern is an object with members, got: ${JSON.stringify(pattern)}`);
  }
  return Object.fromEntries(
    Object.entries(pattern).map(([name, value]) => {
      if (name.startsWith('$')) {
        throw new EventPatternError(`its event pattern has ${name}; values and prefixes are served`);
      }
      return [
        name,
        Array.isArray(value) ? readAlternatives(value, path + name) : readEventPattern(value, `${path}${name}.`),
      ];
    }),
  );
}

export function matches(pattern: EventPattern, event: unknown): boolean {
  return isObject(event) && Object.entries(pattern).every(([name, wanted]) => fits(wanted, event[name]));
}

function fits(wanted: EventPattern | readonly Alternative[], value: unknown): boolean {
  // A list in an event fits where one of its entries does.
  if (Array.isArray(value)) {
    return value.some((entry) => fits(wanted, entry));
  }
  return isList(wanted) ? wanted.some((alternative) => isMeant(alternative, value)) : matches(wanted, value);
}

function isMeant(alternative: Alternative, value: unknown): boolean {
  return typeof alternative === 'object' && alternative !== null
    ? typeof value === 'string' && value.startsWith(alternative.prefix)
    : alternative === value;
}

function readAlternatives(alternatives: readonly unknown[], path: string): readonly Alternative[] {
  if (alternatives.length === 0) {
    throw new EventPatternError(`its event pattern has an empty list for ${path}`);
  }
  const refused = alternatives.find((alternative) => !isServed(alternative));
  if (refused !== undefined) {
    throw new EventPatternError(
      `its event pattern has ${JSON.stringify(refused)} for ${path}; values and prefixes are served`,
    );
  }
  return alternatives as readonly Alternative[];
}

function isServed(alternative: unknown): boolean {
  if (isObject(alternative)) {
    return Object.keys(alternative).join() === 'prefix' && typeof alternative.prefix === 'string';
  }
  return alternative === null || ['string', 'number', 'boolean'].includes(typeof alternative);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(wanted: EventPattern | readonly Alternative[]): wanted is readonly Alternative[] {
  return Array.isArray(wanted);
}
