import type { ModelPriceEntry } from './private/model-entry';
import { requireInteger } from './private/validation';

/** Options of `ModelPrice.perMillionTokens`. Each is in units, an integer between 0 and 10^9. */
export interface TokenPrices {
  /** Units for a million tokens of a request. */
  readonly input: number;

  /** Units for a million tokens of an answer, thoughts included. */
  readonly output: number;

  /**
   * Units for a million tokens of a request that the provider had in its cache.
   *
   * @default - as much as `input`
   */
  readonly cachedInput?: number;

  /**
   * Units for a million tokens of a request that the provider puts into its cache, where it tells these apart, as Anthropic does.
   *
   * @default - as much as `input`
   */
  readonly cacheWriteInput?: number;
}

/** What the tokens of a model cost. */
export class ModelPrice {
  /**
   * Units for a million tokens of each kind. What a call costs is added up exactly, and rounded up to a whole unit once, at the end: so
   * let a unit be small, a ten-thousandth of a dollar for instance.
   */
  public static perMillionTokens(prices: TokenPrices): ModelPrice {
    const { input, output, cachedInput = input, cacheWriteInput = input } = prices;
    const entry = { input, output, cachedInput, cacheWriteInput };
    for (const [name, units] of Object.entries(entry)) {
      requireInteger(`ModelPrice.perMillionTokens: ${name}`, units, 0, 1_000_000_000);
    }
    return new ModelPrice(entry);
  }

  private constructor(private readonly entry: ModelPriceEntry) {}

  /**
   * As the model proxy reads it.
   *
   * @internal
   */
  public _render(): ModelPriceEntry {
    return this.entry;
  }
}
