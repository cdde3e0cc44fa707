/** A map of so many entries: the one that came first is forgotten first. */
export class BoundedMap<Value> {
  private readonly entries = new Map<string, Value>();

  constructor(private readonly most: number) {}

  public get(name: string): Value | undefined {
    return this.entries.get(name);
  }

  public set(name: string, value: Value): void {
    this.entries.set(name, value);
    const [oldest] = this.entries.size > this.most ? this.entries.keys() : [];
    if (oldest !== undefined) {
      this.entries.delete(oldest);
    }
  }
}
