/** What has happened, for a run to tell that it met what it is about. */
export interface Counts {
  granted: number;
  refused: number;
  failed: number;
  /** Granted calls that took no write. */
  fromMemory: number;
  /** Granted calls that the store could not be asked for. */
  open: number;
  writes: number;
  throttled: number;
  answersLost: number;
  doneTwice: number;
  crashes: number;
  periods: number;
}

export function newCounts(): Counts {
  const calls = { granted: 0, refused: 0, failed: 0, fromMemory: 0, open: 0 };
  return { ...calls, writes: 0, throttled: 0, answersLost: 0, doneTwice: 0, crashes: 0, periods: 0 };
}

export function decisionsOf({ granted, refused, failed }: Counts): number {
  return granted + refused + failed;
}

export function describeCounts(counts: Counts): string {
  return [
    `${decisionsOf(counts)} decisions: ${counts.granted} granted (${counts.fromMemory} from memory, ${counts.open} open),`,
    `${counts.refused} refused, ${counts.failed} failed; ${counts.writes} writes: ${counts.throttled} throttled,`,
    `${counts.answersLost} answers lost, ${counts.doneTwice} done twice; ${counts.crashes} crashes, ${counts.periods} new periods`,
  ].join(' ');
}

/** A promise of the engine's that does not hold. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** One customer's units, wherever they are: what the store and all environments together know, and none of them alone. */
export class Books {
  /** Units of a plan that were left on the balance when their period ended. */
  ended = 0;
  /** Units that left the store. */
  taken = 0;
  /** Units that the store has counted for the history. */
  counted = 0;
  /** Units that left the store for nobody: the environment was not told, or ended with them, or their period has. */
  lost = 0;
  private charged = 0;
  private minted: string | undefined;

  constructor(
    /** Units that were ever put on the balance. */
    public credited: number,
    private readonly remaining: () => number,
    /** What happens, in words; absent where nobody reads it. */
    readonly trace?: string[],
  ) {}

  /** Units of a call that is granted. At any time, they and what is left are no more than was ever credited. */
  charge(units: number): void {
    this.charged += units;
    const [remaining, { charged, credited }] = [this.remaining(), this];
    if (remaining < 0 || charged + remaining > credited) {
      // Told later: an engine that fails open would take it for an outage.
      this.minted ??= `${charged} units are granted and ${remaining} left, of ${credited} that were ever credited`;
    }
  }

  checkNoneMinted(): void {
    if (this.minted !== undefined) {
      throw new Broken(this.minted);
    }
  }

  /** When no call is under way, every unit is somewhere, once. */
  audit(held: number): void {
    const { credited, charged, lost, ended, taken } = this;
    const remaining = this.remaining();
    if (charged + remaining + held + lost + ended !== credited || remaining !== credited - ended - taken) {
      const where = `${charged} granted, ${remaining} left, ${held} held, ${lost} lost, ${ended} ended with a period`;
      throw new Broken(`${where}: not the ${credited} that were credited`);
    }
    if (this.counted > taken) {
      throw new Broken(`${this.counted} units are counted, of ${taken} that were taken`);
    }
  }
}
