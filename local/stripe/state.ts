import type Stripe from 'stripe';
import type { GrantedToken } from './objects/granted-token';

/** Everything that the stand-in knows. Rows are never changed in place, so an event may hold one as its snapshot. */
export interface Tables {
  'billing_portal.session': Stripe.BillingPortal.Session;
  charge: Stripe.Charge;
  'checkout.session': Stripe.Checkout.Session;
  coupon: Stripe.Coupon;
  customer: Stripe.Customer;
  deleted_customer: Stripe.DeletedCustomer;
  discount: Stripe.Discount;
  dispute: Stripe.Dispute;
  event: Stripe.EventBase;
  invoice: Stripe.Invoice;
  invoice_payment: Stripe.InvoicePayment;
  payment_intent: Stripe.PaymentIntent;
  payment_method: Stripe.PaymentMethod;
  price: Stripe.Price;
  product: Stripe.Product;
  promotion_code: Stripe.PromotionCode;
  refund: Stripe.Refund;
  'shared_payment.granted_token': GrantedToken;
  subscription: Stripe.Subscription;
  webhook_endpoint: Stripe.WebhookEndpoint;

  // What Stripe keeps to itself.
  /** What a discount is worth; its id is the discount's. */
  applied_coupon: { readonly id: string; readonly coupon: Stripe.Coupon };
  card_behavior: CardBehavior;
  checkout_order: CheckoutOrder;
  delivery: DeliveryRow;
  dunning: Dunning;
  idempotent_answer: IdempotentAnswer;
  inline_price: { readonly id: string };
  pending_change: PendingChange;
  pending_proration: PendingProration;
  told_trial_end: { readonly id: string };
  webhook_secret: WebhookSecret;
}

export type Table = keyof Tables;

/** What a Checkout Session was created with and does not show. Its id is the session's. */
export interface CheckoutOrder {
  readonly id: string;
  readonly lineItems: Stripe.LineItem[];
  readonly description: string | null;
  /** For the PaymentIntent or the subscription. */
  readonly metadata: Record<string, string>;
  readonly discount?: AppliedCoupon;
  /** Whether tax is added. */
  readonly taxed: boolean;
  readonly trial?: TrialOffer;
  /** Of the attempts so far; one PaymentIntent sees a decline and then the payment. */
  readonly paymentIntent?: string;
}

/** A coupon that a buyer uses, by way of a promotion code or not. */
export interface AppliedCoupon {
  readonly coupon: Stripe.Coupon;
  readonly promotionCode: string | null;
}

/** A trial before it has begun: it ends at a time, or so many days after the purchase. */
export interface TrialOffer {
  readonly end?: number;
  readonly days?: number;
  readonly missingPaymentMethod: 'cancel' | 'create_invoice' | 'pause';
}

/** Its id is the event's. */
export interface DeliveryRow {
  readonly id: string;
  readonly type: string;
  readonly endpoints: readonly EndpointDelivery[];
}

/** What became of an event at one endpoint. */
export interface EndpointDelivery {
  /** `we_…`, `default` for the endpoint that the stand-in was started with, or `ed_…`. */
  readonly endpoint: string;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  /** The last answer's HTTP status; none before the first answer, where the last attempt got no answer, and of `ed_…`. */
  readonly lastStatus?: number;
  readonly lastError?: string;
  /** How long the last attempt took. */
  readonly lastMilliseconds?: number;
}

/** What charges of a payment method come to; its id is the payment method's. */
export interface CardBehavior {
  readonly id: string;
  readonly outcome: 'paid' | 'failed' | 'requires_action';
}

/** A change of a subscription that waits for its payment; its id is the subscription's. */
export interface PendingChange {
  readonly id: string;
  readonly invoice: string;
  readonly changed: Stripe.Subscription;
}

/** How a payment is asked for again; there is one at most. */
export interface Dunning {
  readonly id: string;
  readonly retries: number;
  /** What becomes of the subscription after the last one. */
  readonly finally: 'cancel' | 'unpaid' | 'past_due';
}

/** Its id is the webhook endpoint's. */
export interface WebhookSecret {
  readonly id: string;
  readonly secret: string;
}

/** Its id is the idempotency key. */
export interface IdempotentAnswer {
  readonly id: string;
  readonly created: number;
  readonly fingerprint: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Lines that wait for the subscription's next invoice. Its id is the subscription's. */
export interface PendingProration {
  readonly id: string;
  readonly lines: Stripe.InvoiceLineItem[];
}
