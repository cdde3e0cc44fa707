/**
 * A map that is kept in the order of its keys. A sorted array is enough here: a local table is small, look-ups are
 * binary searches, what is there already is replaced in its place, and a snapshot, which comes in order, only ever appends.
 */
export class SortedMap<V> {
  private readonly keys: string[] = [];
  private readonly values: V[] = [];

  get size(): number {
    return this.keys.length;
  }

  get(key: string): V | undefined {
    const position = this.positionOf(key);
    return this.keys[position] === key ? this.values[position] : undefined;
  }

  set(key: string, value: V): void {
    const position = this.positionOf(key);
    if (this.keys[position] === key) {
      this.values[position] = value;
      return;
    }
    this.keys.splice(position, 0, key);
    this.values.splice(position, 0, value);
  }

  delete(key: string): void {
    const position = this.positionOf(key);
    if (this.keys[position] !== key) return;
    this.keys.splice(position, 1);
    this.values.splice(position, 1);
  }

  /** The entries whose key starts with `prefix`; the map must not change meanwhile. */
  *entries(prefix = '', reverse = false): Generator<[string, V]> {
    const first = this.positionOf(prefix);
    // U+FFFF sorts after every character that a key is made of.
    const end = this.positionOf(`${prefix}\uffff`);
    for (let offset = 0; offset < end - first; offset++) {
      const position = reverse ? end - 1 - offset : first + offset;
      yield [this.keys[position] as string, this.values[position] as V];
    }
  }

  /** Where the key is, or where it belongs. */
  private positionOf(key: string): number {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
