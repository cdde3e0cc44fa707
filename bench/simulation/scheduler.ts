interface Event {
  readonly at: number;
  /** Events of one instant happen in the order in which they were planned. */
  readonly order: number;
  readonly happen: () => void;
}

/** How many events share one turn of the event loop: its system calls cost more than most events. */
const EVENTS_PER_TURN = 64;

/**
 * Virtual time. Code under test awaits real promises; between two events every promise that can settle does, so that nothing
 * depends on how fast the machine is.
 */
export class Scheduler {
  private readonly heap: Event[] = [];
  private order = 0;
  private time = 0;

  /** Milliseconds since the start. */
  get now(): number {
    return this.time;
  }

  /** Plans what happens `delay` milliseconds from now. */
  after(delay: number, happen: () => void): void {
    this.push({ at: this.time + Math.max(0, delay), order: this.order++, happen });
  }

  sleep(delay: number): Promise<void> {
    return new Promise((resolve) => this.after(delay, resolve));
  }

  /** Ends the run: for what would be lost as a rejected promise, or be taken for an answer. */
  fail(error: unknown): void {
    this.after(0, () => {
      throw error;
    });
  }

  /** Runs until nothing is planned any more. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      let pending = 0;
      // Node.js drains the microtasks between two immediates of one turn.
      const step = () => {
        pending--;
        try {
          this.next();
        } catch (error) {
          this.heap.length = 0;
          reject(error);
          return;
        }
        if (pending > 0) {
          return;
        }
        if (this.heap.length > 0) {
          turn();
          return;
        }
        // What awaits the last event may plan more once its promises have settled.
        setImmediate(() => (this.heap.length > 0 ? turn() : resolve()));
      };
      const turn = () => {
        for (pending = 0; pending < EVENTS_PER_TURN; pending++) {
          setImmediate(step);
        }
      };
      turn();
    });
  }

  private next(): void {
    const event = this.pop();
    if (event !== undefined) {
      this.time = event.at;
      event.happen();
    }
  }

  private push(event: Event): void {
    let index = this.heap.length;
    this.heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      const above = this.heap[parent];
      if (above === undefined || !isBefore(event, above)) {
        break;
      }
      this.heap[index] = above;
      index = parent;
    }
    this.heap[index] = event;
  }

  private pop(): Event | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (first === undefined || last === undefined || this.heap.length === 0) {
      return first;
    }
    let index = 0;
    for (;;) {
      const child = this.lesserChild(index);
      const below = child === undefined ? undefined : this.heap[child];
      if (child === undefined || below === undefined || !isBefore(below, last)) {
        break;
      }
      this.heap[index] = below;
      index = child;
    }
    this.heap[index] = last;
    return first;
  }

  private lesserChild(index: number): number | undefined {
    const [left, right] = [2 * index + 1, 2 * index + 2];
    const [a, b] = [this.heap[left], this.heap[right]];
    if (a === undefined) {
      return undefined;
    }
    return b !== undefined && isBefore(b, a) ? right : left;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
