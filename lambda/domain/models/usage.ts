/** Tokens of a call, each counted once. */
export interface Usage {
  /** Of the request, but for those below. */
  readonly input: number;
  /** Of the request, which the provider had in its cache. */
  readonly cachedInput: number;
  /** Of the request, which it has put there. */
  readonly cacheWriteInput: number;
  /** Of the answer, thoughts included. */
  readonly output: number;
}

/** What a provider has told of it so far. */
export type ToldUsage = Partial<Usage>;

/** A number of tokens, as a provider tells it; nothing where it is none. */
export function tokens(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Input that is told as a whole, those tokens among it that came from the cache told beside it. */
export function splitInput(whole: unknown, cached: unknown): ToldUsage {
  const all = tokens(whole);
  if (all === undefined) {
    return {};
  }
  const cachedInput = Math.min(all, tokens(cached) ?? 0);
  return { input: all - cachedInput, cachedInput, cacheWriteInput: 0 };
}
