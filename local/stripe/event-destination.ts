/** An event as a destination takes it. */
export interface DestinedEvent {
  readonly type: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Stripe's event. */
  readonly detail: unknown;
}

/** Where events go beside webhook endpoints, all of them and unsigned: Amazon EventBridge. */
export interface EventDestination {
  /** `ed_…` */
  readonly id: string;
  /**
   * Rejects where the event was not taken: then it is tried again. It resolves when what the event has set off is over, so that
   * Checkout can wait for that; whether it went well is none of Stripe's business.
   */
  readonly deliver: (event: DestinedEvent) => Promise<void>;
}
