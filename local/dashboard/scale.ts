/** An axis from its least to its greatest tick. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

/** Four steps or so, of 1, 2 or 5 times a power of ten, so that the numbers at the axis are round. */
export function scaleFor(
  values: readonly number[],
  bounds: { readonly min?: number; readonly max?: number } = {},
): Scale {
  const min = bounds.min ?? Math.min(0, ...values);
  const greatest = bounds.max ?? Math.max(min, ...values);
  const span = greatest - min || 1;
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => span / size <= 4.5) ?? 10 * power;
  const count = Math.max(1, Math.ceil(span / step - 1e-9));
  const ticks = Array.from({ length: count + 1 }, (_, index) => Number((min + index * step).toPrecision(12)));
  return { min, max: bounds.max ?? ticks.at(-1) ?? 1, ticks: ticks.filter((tick) => tick <= (bounds.max ?? tick)) };
}

/** Short, as at an axis: 0.05, 12.5, 1.2k, 3M. */
export function short(value: number): string {
  const size = Math.abs(value);
  const [divisor, suffix] = size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, ''];
  return `${Number((value / divisor).toPrecision(3))}${suffix}`;
}

/** Whole where it is, with two digits behind the point where not, in thousands: 12,345.50. */
export function long(value: number): string {
  const isWhole = Number.isInteger(value);
  return value.toLocaleString('en', { minimumFractionDigits: isWhole ? 0 : 2, maximumFractionDigits: 2 });
}
