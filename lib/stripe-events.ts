import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { requireStripeEventSource } from './private/stripe-event-source';

/** Options of `StripeEvents.eventBridge`; one of them is needed. */
export interface StripeEventBridgeOptions {
  /**
   * The name of the partner event source, `aws.partner/stripe.com/ed_…`, which Stripe makes in this account and Region for an event
   * destination of the type Amazon EventBridge.
   *
   * @default - every event source of Stripe's whose events come to `eventBus`
   */
  readonly eventSourceName?: string;

  /**
   * The event bus that the events come to, in the stack's account and Region: the one that is associated with the event source, or
   * another that they are sent on to.
   *
   * @default - a new one, which is associated with the event source
   */
  readonly eventBus?: IEventBus;
}

/** The way that Stripe's events take to the paywall. */
export class StripeEvents {
  /**
   * By a webhook: Stripe sends them to a public route of the protected API, signed, and waits for the answer. Stripe's endpoint is
   * made at deployment, but where `webhookSecret` is given.
   */
  public static webhook(): StripeEvents {
    return new StripeEvents(undefined);
  }

  /**
   * By Amazon EventBridge: no route is public, and there is no signing secret. The event destination is made at Stripe before the
   * deployment, with snapshot events; Stripe deletes its event source after 7 days without an event bus.
   *
   * @throws where neither option is given, or the name is not one of Stripe's event sources
   */
  public static eventBridge(options: StripeEventBridgeOptions): StripeEvents {
    const { eventSourceName, eventBus } = options;
    if (eventSourceName === undefined && eventBus === undefined) {
      throw new Error('`StripeEvents.eventBridge` must have `eventSourceName` or `eventBus`, got neither');
    }
    if (eventSourceName !== undefined) {
      requireStripeEventSource('StripeEvents.eventBridge: eventSourceName', eventSourceName);
    }
    return new StripeEvents(options);
  }

  private constructor(
    /**
     * Nothing where they come by a webhook.
     *
     * @internal
     */
    public readonly _eventBridge: StripeEventBridgeOptions | undefined,
  ) {}

  /**
   * As it is quoted in errors.
   *
   * @internal
   */
  public _describe(): string {
    const { eventSourceName, eventBus } = this._eventBridge ?? {};
    return this._eventBridge === undefined
      ? 'StripeEvents.webhook()'
      : `StripeEvents.eventBridge(${eventSourceName ?? eventBus?.node.path})`;
  }
}
