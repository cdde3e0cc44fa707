import { BadModelRequest } from './dialect';
import { type JsonObject, text } from './json';

/** Far above what any model writes. */
const MAX_TOKENS = 10 ** 9;

/** Below this, an answer is no answer; OpenAI refuses less. */
export const MIN_OUTPUT = 16;

export function requireModel(name: unknown): string {
  const model = text(name);
  if (model === undefined || model === '') {
    throw new BadModelRequest('Name a model: the request has no `model`.');
  }
  return model;
}

/** A limit that the request may have. */
export function readLimit(body: JsonObject, ...path: readonly string[]): number | undefined {
  const value = path.reduce<unknown>((holder, name) => (holder as JsonObject | undefined)?.[name], body);
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MAX_TOKENS) {
    const name = path.join('.');
    throw new BadModelRequest(`\`${name}\` must be an integer between 1 and ${MAX_TOKENS}, got: ${quoted(value)}.`);
  }
  return value;
}

/** How many answers are wanted at once. */
export function readAnswers(body: JsonObject, ...path: readonly string[]): number {
  const answers = readLimit(body, ...path) ?? 1;
  if (answers > 128) {
    throw new BadModelRequest(`\`${path.join('.')}\` must be an integer between 1 and 128, got: ${answers}.`);
  }
  return answers;
}

/** What there is no price for: what the provider does beside the tokens, and dearer ways to have them. */
export function refuseUnpriced(name: string, value: unknown): never {
  throw new BadModelRequest(`\`${name}\` has no price here, so it is not served: leave it out, got: ${quoted(value)}.`);
}

/** What the provider keeps in the operator's account is all customers': one could read what is another's. */
export function refuseKept(name: string): never {
  throw new BadModelRequest(
    `\`${name}\` names what the provider keeps in an account that is not yours alone: send it with the request.`,
  );
}

/** A value as an error shows it, in part where it is long. */
function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 100);
}

/** Members that hold a caller's own data, and no part of the API. */
const OPAQUE = new Set(['args', 'arguments', 'parameters', 'input_schema', 'response', 'tools', 'functions']);

/** Every object of a request below a value, but for what is the caller's own data. */
export function* objectsOf(value: unknown): Generator<JsonObject> {
  if (Array.isArray(value)) {
    for (const element of value) {
      yield* objectsOf(element);
    }
    return;
  }
  if (typeof value !== 'object' || value === null) {
    return;
  }
  const members = value as JsonObject;
  yield members;
  for (const [name, member] of Object.entries(members)) {
    if (!OPAQUE.has(name) && !(name === 'input' && members.type === 'tool_use')) {
      yield* objectsOf(member);
    }
  }
}
