import { type Alternative, isMeant, readAlternative } from './pattern-alternatives';

/** An event pattern of EventBridge's: what an event must have, in the event's own structure, with lists of what is taken. */
export type EventPattern = { readonly [name: string]: EventPattern | readonly Alternative[] | readonly EventPattern[] };

/** The pattern is of a form that is not served, or that EventBridge itself refuses; the message says which. */
export class EventPatternError extends Error {
  override readonly name = 'EventPatternError';
}

/** The member whose value is patterns of which one has to match. */
const OR = '$or';

/**
 * Reads a pattern, of a rule or of the filter criteria of an event source mapping. Addresses in CIDR form are not served.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function readEventPattern(pattern: unknown, path = ''): EventPattern {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) {
    throw new EventPatternError(`an event pattern is an object with members, got: ${JSON.stringify(pattern)}`);
  }
  return Object.fromEntries(
    Object.entries(pattern).map(([name, value]) => {
      if (name === OR) {
        return [name, readOr(value, path)];
      }
      if (name.startsWith('$')) {
        throw new EventPatternError(`its event pattern has ${name}, which is not served`);
      }
      return [
        name,
        Array.isArray(value) ? readAlternatives(value, path + name) : readEventPattern(value, `${path}${name}.`),
      ];
    }),
  );
}

export function matches(pattern: EventPattern, event: unknown): boolean {
  // Where an event has no such structure, it has none of what could be in it.
  const members = isObject(event) ? event : {};
  return Object.entries(pattern).every(([name, wanted]) =>
    name === OR
      ? (wanted as readonly EventPattern[]).some((one) => matches(one, event))
      : fits(wanted as EventPattern | readonly Alternative[], members[name]),
  );
}

function fits(wanted: EventPattern | readonly Alternative[], value: unknown): boolean {
  // A list in an event fits where one of its entries does.
  if (Array.isArray(value)) {
    return value.some((entry) => fits(wanted, entry));
  }
  return isList(wanted) ? wanted.some((alternative) => isMeant(alternative, value)) : matches(wanted, value);
}

function readOr(patterns: unknown, path: string): readonly EventPattern[] {
  if (!Array.isArray(patterns) || patterns.length < 2) {
    throw new EventPatternError(`its event pattern has ${OR} with less than two patterns`);
  }
  return patterns.map((pattern) => readEventPattern(pattern, path));
}

function readAlternatives(alternatives: readonly unknown[], path: string): readonly Alternative[] {
  if (alternatives.length === 0) {
    throw new EventPatternError(`its event pattern has an empty list for ${path}`);
  }
  return alternatives.map((alternative) => {
    const read = readAlternative(alternative);
    if (read === undefined) {
      throw new EventPatternError(
        `its event pattern has ${JSON.stringify(alternative)} for ${path}, which is not served`,
      );
    }
    return read;
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(wanted: EventPattern | readonly Alternative[]): wanted is readonly Alternative[] {
  return Array.isArray(wanted);
}
