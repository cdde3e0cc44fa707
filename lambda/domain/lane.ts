/** Which of a plan's surrogate keys a customer is throttled by: always the same, and evenly spread (FNV-1a). */
export function laneOf(customer: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(customer)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0) % lanes;
}
