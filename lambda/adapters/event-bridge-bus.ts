import { CUSTOMER_EVENT_SOURCE } from '../../lib/private/customer-event-source';
import type { CustomerEvent, CustomerEventBus } from '../domain/customer-events';
import type { EventBridgeClient, PutEventsEntry } from './event-bridge-client';

/** As many as PutEvents takes. */
const MAX_ENTRIES = 10;

/** How often entries are sent that EventBridge has refused one by one, for it throttles them so. */
const MAX_ATTEMPTS = 3;

/** Customers' events on an event bus. */
export class EventBridgeBus implements CustomerEventBus {
  constructor(
    private readonly client: Pick<EventBridgeClient, 'putEvents'>,
    private readonly busArn: string,
  ) {}

  public async send(events: readonly CustomerEvent[]): Promise<void> {
    for (let start = 0; start < events.length; start += MAX_ENTRIES) {
      await this.sendFew(events.slice(start, start + MAX_ENTRIES).map((event) => this.entryOf(event)));
    }
  }

  private async sendFew(entries: readonly PutEventsEntry[]): Promise<void> {
    let left = entries;
    let refusal = '';
    for (let attempt = 0; attempt < MAX_ATTEMPTS && left.length > 0; attempt++) {
      const results = await this.client.putEvents(left);
      const refused = left.filter((_, index) => results[index]?.EventId === undefined);
      const { ErrorCode, ErrorMessage } = results.find(({ EventId }) => EventId === undefined) ?? {};
      refusal = `${ErrorCode}: ${ErrorMessage}`;
      left = refused;
    }
    if (left.length > 0) {
      throw new Error(`EventBridge has not taken ${left.length} of ${entries.length} events: ${refusal}`);
    }
  }

  private entryOf({ type, detail }: CustomerEvent): PutEventsEntry {
    return {
      EventBusName: this.busArn,
      Source: CUSTOMER_EVENT_SOURCE,
      DetailType: type,
      Detail: JSON.stringify(detail),
      Time: Date.parse(detail.at) / 1000,
    };
  }
}
