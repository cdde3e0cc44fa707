import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Stripe from 'stripe';

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
  subscription: Stripe.Subscription;
  webhook_endpoint: Stripe.WebhookEndpoint;

  // What Stripe keeps to itself.
  /** What a discount is worth; its id is the discount's. */
  applied_coupon: { readonly id: string; readonly coupon: Stripe.Coupon };
  card_behavior: CardBehavior;
  checkout_order: CheckoutOrder;
  clock: MovedClock;
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
  /** `we_…`, or `default` for the one that the stand-in was started with. */
  readonly endpoint: string;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  /** The last answer's HTTP status; none before the first answer, and none where the last attempt got no answer. */
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

/** There is one at most. */
export interface MovedClock {
  readonly id: string;
  /** Milliseconds that it is ahead of the machine's. */
  readonly ahead: number;
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

const FORMAT = 2;
const FILE = 'stripe.json';

type Snapshot = { readonly format: number; readonly tables: Partial<{ [T in Table]: Tables[T][] }> };

/** Rows by table and id, in the order in which they came; kept in one file when there is a folder for it. */
export class Store {
  private readonly tables: { [T in Table]?: Map<string, Tables[T]> } = {};
  private changes = 0;
  private kept = 0;
  private undo: (() => void)[] | undefined;
  private writing: Promise<void> | undefined;

  private constructor(private readonly file: string | undefined) {}

  static async open(dataDir?: string): Promise<Store> {
    if (dataDir === undefined) {
      return new Store(undefined);
    }
    await mkdir(dataDir, { recursive: true });
    const store = new Store(join(dataDir, FILE));
    await store.load();
    return store;
  }

  get<T extends Table>(table: T, id: string): Tables[T] | undefined {
    return this.rows(table).get(id);
  }

  all<T extends Table>(table: T): Tables[T][] {
    return [...this.values(table)];
  }

  /** Without a copy, for what goes through all of them often; a row that is put meanwhile may come as well. */
  values<T extends Table>(table: T): IterableIterator<Tables[T]> {
    return this.rows(table).values();
  }

  put<T extends Table>(table: T, row: Tables[T]): void {
    this.change(table, row.id);
    this.rows(table).set(row.id, row);
  }

  remove(table: Table, id: string): void {
    this.change(table, id);
    this.rows(table).delete(id);
  }

  /** All that `work` changes, or nothing when it throws. */
  atomically<R>(work: () => R): R {
    const undo: (() => void)[] = [];
    this.undo = undo;
    try {
      return work();
    } catch (error) {
      for (const step of undo.reverse()) {
        step();
      }
      throw error;
    } finally {
      this.undo = undefined;
    }
  }

  /** Resolves when all that was put before is on the disk. Those who wait at the same time share a write. */
  async flush(): Promise<void> {
    const wanted = this.changes;
    while (this.file !== undefined && this.kept < wanted) {
      this.writing ??= this.write(this.file).finally(() => {
        this.writing = undefined;
      });
      await this.writing;
    }
  }

  private change<T extends Table>(table: T, id: string): void {
    const rows = this.rows(table);
    const before = rows.get(id);
    this.undo?.push(() => (before === undefined ? rows.delete(id) : rows.set(id, before)));
    this.changes += 1;
  }

  private async write(file: string): Promise<void> {
    const written = this.changes;
    const names = Object.keys(this.tables) as Table[];
    const tables = Object.fromEntries(names.map((name) => [name, this.all(name)]));
    // A crash leaves the old file or the new one, never a half of one.
    const next = `${file}.next`;
    await writeFile(next, JSON.stringify({ format: FORMAT, tables }), { flush: true });
    await rename(next, file);
    this.kept = written;
  }

  private async load(): Promise<void> {
    const snapshot = await readSnapshot(this.file ?? '');
    for (const [name, rows] of Object.entries(snapshot?.tables ?? {})) {
      for (const row of rows) {
        (this.rows(name as Table) as Map<string, unknown>).set(row.id, row);
      }
    }
  }

  private rows<T extends Table>(table: T): Map<string, Tables[T]> {
    const existing = this.tables[table] as Map<string, Tables[T]> | undefined;
    if (existing !== undefined) {
      return existing;
    }
    const created = new Map<string, Tables[T]>();
    Object.assign(this.tables, { [table]: created });
    return created;
  }
}

async function readSnapshot(file: string): Promise<Snapshot | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  });
  if (text === undefined) {
    return undefined;
  }
  const snapshot = parseSnapshot(text);
  if (snapshot?.format !== FORMAT) {
    throw new Error(`${file} is not a state that this version can read; delete it to start afresh`);
  }
  return snapshot;
}

function parseSnapshot(text: string): Snapshot | undefined {
  try {
    return JSON.parse(text) as Snapshot;
  } catch {
    return undefined;
  }
}
