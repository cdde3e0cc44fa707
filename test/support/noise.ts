import fc from 'fast-check';

/** Texts of any UTF-16 code units. The library's own of that kind spends a second on counting them before its first. */
export function noise(maxLength = 30): fc.Arbitrary<string> {
  return fc.array(fc.nat({ max: 0xffff }), { maxLength }).map((units) => String.fromCharCode(...units));
}
