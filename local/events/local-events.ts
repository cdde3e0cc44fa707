import type { BusEvent } from './event';
import type { ToldEvent } from './event-buses';

/** Where whoever develops sees the last hundred events of all buses. */
export const LOCAL_EVENTS_PATH = '/_local/events';

export interface LocalEvents {
  /** The newest first. */
  readonly Events: readonly {
    readonly EventBusName: string;
    readonly Event: BusEvent;
    /** The construct paths of the rules that have let it through. */
    readonly Rules: readonly string[];
  }[];
}

export function localEvents(recent: readonly ToldEvent[]): LocalEvents {
  return {
    Events: recent
      .map(({ eventBusName, event, rules }) => ({ EventBusName: eventBusName, Event: event, Rules: rules }))
      .toReversed(),
  };
}
