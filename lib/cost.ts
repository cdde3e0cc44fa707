import type { CostEntry } from './private/catalogue';
import { requireInteger } from './private/validation';

/** Options of `Cost.reported`. */
export interface ReportedCostOptions {
  /**
   * Units that are reserved for a call before it is served, between 0 and 10^9: it is refused where fewer are left. It is also what
   * the call costs where its backend reports nothing within a day.
   */
  readonly estimate: number;
}

/** What a call of a route costs. */
export class Cost {
  /** @param units between 0 and 10^9; a plain number in `costs` says the same */
  public static units(units: number): Cost {
    requireInteger('Cost.units', units, 0, 1_000_000_000);
    return new Cost(units);
  }

  /**
   * What the backend says afterwards that it took: tokens of a language model, rows, seconds. An estimate is reserved, and the
   * difference settled, up or down, once. Where a call took more than was left, the customer owes the rest: whatever comes next pays
   * for it first.
   *
   * The backend posts `{"units": 12}` to the URL that it finds as `report` in the authorizer's context.
   */
  public static reported(options: ReportedCostOptions): Cost {
    requireInteger('Cost.reported: estimate', options.estimate, 0, 1_000_000_000);
    return new Cost({ estimate: options.estimate });
  }

  private constructor(private readonly entry: CostEntry) {}

  /**
   * As the authorizer reads it.
   *
   * @internal
   */
  public _render(): CostEntry {
    return this.entry;
  }
}
