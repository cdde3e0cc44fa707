import type { PaymentRequiredDetail } from '../../backend/customer-events';
import type { EpochSeconds } from './clock';
import { type CustomerEventBus, customerEventId, isoTime } from './customer-events';

/** A call that was answered with 402. */
export interface RefusedCustomer {
  readonly customer: string;
  readonly plan: string;
  readonly reason: PaymentRequiredDetail['reason'];
  /** When the customer's period has begun. */
  readonly periodStart: EpochSeconds;
  /** `GET /forecast/{city}` */
  readonly route: string;
  readonly requestId: string;
  readonly at: EpochSeconds;
}

/** Of which refusals customers' events have told: by customer and reason, the last period in which they did. */
export interface RefusalMarks {
  isTold(refused: RefusedCustomer): Promise<boolean>;
  note(refused: RefusedCustomer): Promise<void>;
}

export interface RefusalsDependencies {
  /** What the paywall marks purchases with. */
  readonly paywall: string;
  readonly marks: RefusalMarks;
  readonly bus: CustomerEventBus;
}

/** Refusals that are seen to at a time. */
const GROUP = 10;

/** Refusals that are remembered here, so that who hammers costs no read each time. */
const MAX_REMEMBERED = 10_000;

/**
 * Tells of a customer's first refusal of a period, for each reason. It is noted once it has been told: so it is told at least once, and
 * again only where the note got lost or two have told at a time, and then by the same id.
 */
export class Refusals {
  private readonly remembered = new Set<string>();

  constructor(private readonly dependencies: RefusalsDependencies) {}

  public async tell(refused: readonly RefusedCustomer[]): Promise<void> {
    const firsts = new Map<string, RefusedCustomer>();
    for (const one of refused) {
      const id = this.idOf(one);
      if (!this.remembered.has(id) && !firsts.has(id)) {
        firsts.set(id, one);
      }
    }
    const waiting = [...firsts];
    while (waiting.length > 0) {
      await this.tellFew(waiting.splice(0, GROUP));
    }
  }

  private async tellFew(group: readonly (readonly [string, RefusedCustomer])[]): Promise<void> {
    const { marks, bus, paywall } = this.dependencies;
    const known = await Promise.all(group.map(([, one]) => marks.isTold(one)));
    const news = group.filter((_, index) => !known[index]);
    if (news.length > 0) {
      await bus.send(
        news.map(([id, { customer, plan, reason, periodStart, route, requestId, at }]) => ({
          type: 'PaymentRequired',
          detail: {
            ...{ id, paywall, customer, plan, at: isoTime(at) },
            ...{ reason, route, requestId, periodStart: isoTime(periodStart) },
          },
        })),
      );
      await Promise.all(news.map(([, one]) => marks.note(one)));
    }
    for (const [id] of group) {
      this.remember(id);
    }
  }

  private idOf({ customer, periodStart, reason }: RefusedCustomer): string {
    return customerEventId(this.dependencies, customer, 'PaymentRequired', periodStart, reason);
  }

  private remember(id: string): void {
    this.remembered.add(id);
    const [oldest] = this.remembered.size > MAX_REMEMBERED ? this.remembered : [];
    if (oldest !== undefined) {
      this.remembered.delete(oldest);
    }
  }
}
