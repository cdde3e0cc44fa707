import type { Price } from './price';
import type { TopUpEntry } from './private/catalogue';
import { requireId, requireInteger, requireText } from './private/validation';

/** Options of `TopUp.pack`. */
export interface TopUpOptions {
  /** How many units the customer gets, between 1 and 10^12. They never expire, and are spent after the plan's own. */
  readonly units: number;

  /** What the pack costs: `Price.once`, or a one-time `Price.fromStripe`. */
  readonly price: Price;

  /**
   * The name that the customer reads.
   *
   * @default - the units and the word "units", "10,000 units"
   */
  readonly displayName?: string;
}

/** Units that a customer can buy beside a plan. */
export class TopUp {
  /**
   * A pack of units, bought once, as often as the customer likes.
   *
   * @param id 1 to 32 lower-case letters, digits and hyphens; it stands in links, and stays the same for good
   */
  public static pack(id: string, options: TopUpOptions): TopUp {
    return new TopUp(id, options);
  }

  /** The id, which stands in links. */
  public readonly id: string;

  /** Units a pack. */
  public readonly units: number;

  private readonly entry: TopUpEntry;

  private constructor(id: string, options: TopUpOptions) {
    requireId('TopUp.pack: id', id);
    requireInteger(`TopUp "${id}": units`, options.units, 1);
    const price = options.price._render();
    if (price.interval !== undefined) {
      throw new Error(`\`TopUp "${id}": price\` must be paid once, got a price per ${price.interval}: use Price.once`);
    }
    const name = options.displayName ?? `${options.units.toLocaleString('en-US')} units`;
    requireText(`TopUp "${id}": displayName`, name, 100);
    this.id = id;
    this.units = options.units;
    this.entry = { id, name, units: options.units, price };
  }

  /**
   * As the handlers read it.
   *
   * @internal
   */
  public _render(): TopUpEntry {
    return this.entry;
  }
}
