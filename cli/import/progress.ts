import { number, type Output } from '../output';

/** Milliseconds between two drawings of the bar, and between two lines where there is no terminal. */
const INTERVALS = { redraw: 100, line: 10_000 };

const WIDTH = 30;

/** How far a file has been read: a bar on a terminal, and a line now and then elsewhere. */
export class Progress {
  private told: number;

  constructor(
    private readonly output: Output,
    private readonly totalBytes: number,
    private readonly now: () => number = Date.now,
  ) {
    this.told = now();
  }

  public update(bytes: number, rows: number): void {
    const { redraw } = this.output;
    if (this.now() - this.told < (redraw === undefined ? INTERVALS.line : INTERVALS.redraw)) {
      return;
    }
    this.told = this.now();
    const part = this.totalBytes === 0 ? 1 : Math.min(1, bytes / this.totalBytes);
    const percent = `${Math.floor(part * 100)} %`;
    if (redraw === undefined) {
      this.output.complain(`${percent}, ${number(rows)} rows`);
    } else {
      const done = Math.floor(part * WIDTH);
      redraw(`[${'#'.repeat(done)}${'.'.repeat(WIDTH - done)}] ${percent.padStart(5)}  ${number(rows)} rows`);
    }
  }

  /** Takes the bar away. */
  public end(): void {
    this.output.redraw?.('');
  }
}
