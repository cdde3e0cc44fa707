/** A decimal number as `digits / 10^scale`. */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** DynamoDB numbers are exact decimals of up to 38 digits: floating point would lose units. */
export const MAX_SIGNIFICANT_DIGITS = 38;

export function compareNumbers(left: string, right: string): number {
  if (left === right) return 0;
  const [a, b] = aligned(left, right);
  return a < b ? -1 : a > b ? 1 : 0;
}

export function addNumbers(left: string, right: string): string {
  const [a, b, scale] = aligned(left, right);
  return format({ digits: a + b, scale });
}

export function subtractNumbers(left: string, right: string): string {
  const [a, b, scale] = aligned(left, right);
  return format({ digits: a - b, scale });
}

/** Digits from the first to the last that is not zero. */
export function significantDigits(value: string): number {
  const digits = value.replace(/[-.]/g, '').replace(/^0+/, '');
  return value.includes('.') ? digits.length : digits.replace(/0+$/, '').length;
}

/** The power of ten of the first digit: 0 for 1 to 9, 2 for 100, -1 for 0.1. */
export function exponentOf(value: string): number {
  const [whole = '', fraction = ''] = value.replace('-', '').split('.');
  const trimmed = whole.replace(/^0+/, '');
  if (trimmed !== '') return trimmed.length - 1;
  const leadingZeros = /^0*/.exec(fraction)?.[0].length ?? 0;
  return leadingZeros === fraction.length ? 0 : -leadingZeros - 1;
}

function aligned(left: string, right: string): [bigint, bigint, number] {
  const a = parse(left);
  const b = parse(right);
  const scale = Math.max(a.scale, b.scale);
  return [a.digits * 10n ** BigInt(scale - a.scale), b.digits * 10n ** BigInt(scale - b.scale), scale];
}

function parse(value: string): Decimal {
  const [whole = '', fraction = ''] = value.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

function format({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const all = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = all.slice(0, all.length - scale);
  const fraction = all.slice(all.length - scale).replace(/0+$/, '');
  return sign + whole + (fraction === '' ? '' : `.${fraction}`);
}
