/** A stream of random numbers that a seed decides. */
export type Random = () => number;

/** SplitMix32: small, fast, and good enough for arrivals and latencies. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** A stream of its own, so that what one part draws does not shift what another one draws. */
export function fork(random: Random): Random {
  return seededRandom(Math.floor(random() * 2 ** 32));
}

/** The time to the next event of a Poisson process, in the unit of `mean`. */
export function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random()) * mean;
}

/** The 99th percentile of the standard normal distribution. */
const Z99 = 2.3263478740408408;

/** A log-normal distribution by two of its quantiles. */
export function logNormal(random: Random, p50: number, p99: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return p50 * Math.exp((Math.log(p99 / p50) / Z99) * normal);
}

/** Picks an index by weight. */
export function weightedPicker(weights: readonly number[]): (random: Random) => number {
  let total = 0;
  const sums = weights.map((weight) => {
    total += weight;
    return total;
  });
  return (random) => {
    const target = random() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? 0) > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
