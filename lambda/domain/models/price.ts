import type { ModelPriceEntry } from '../../../lib/private/model-entry';
import type { Usage } from './usage';

/** Prices are for a million tokens. In integers beyond 2^53, so that nothing is rounded on the way. */
const MILLION = 1_000_000n;

/** Units that a call costs: each kind of tokens at its price, added up exactly, and the sum rounded up to a whole unit, once. */
export function unitsOf(usage: Usage, price: ModelPriceEntry): number {
  return roundedUp(
    cost(usage.input, price.input) +
      cost(usage.cachedInput, price.cachedInput) +
      cost(usage.cacheWriteInput, price.cacheWriteInput) +
      cost(usage.output, price.output),
  );
}

/** The most that a call can cost, whatever of its input the provider caches. */
export function unitsAtMost(input: number, output: number, price: ModelPriceEntry): number {
  return roundedUp(cost(input, dearestInput(price)) + cost(output, price.output));
}

/** How many tokens of output so many units pay for beside the input; below nothing where they do not pay for that. */
export function affordableOutput(units: number, input: number, price: ModelPriceEntry): number {
  const left = BigInt(units) * MILLION - cost(input, dearestInput(price));
  if (left < 0n) {
    return -1;
  }
  return price.output === 0 ? Number.MAX_SAFE_INTEGER : Number(left / BigInt(price.output));
}

function dearestInput({ input, cachedInput, cacheWriteInput }: ModelPriceEntry): number {
  return Math.max(input, cachedInput, cacheWriteInput);
}

/** In millionths of a unit. */
function cost(tokens: number, price: number): bigint {
  return BigInt(tokens) * BigInt(price);
}

function roundedUp(millionths: bigint): number {
  return Number((millionths + MILLION - 1n) / MILLION);
}
