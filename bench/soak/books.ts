import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import Stripe from 'stripe';
import { type Account, type Book, NOTHING } from './audit';
import type { SoakedGateway } from './gateway';

export interface Books {
  readonly byCustomer: ReadonlyMap<string, Book>;
  /** Of every kind. */
  readonly items: number;
}

/** Reads the whole table. */
export async function readBooks({ storeUrl, table }: SoakedGateway): Promise<Books> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: storeUrl, region: 'us-east-1', credentials });
  const balances = new Map<string, Omit<Book, 'ledger'>>();
  const ledgers = new Map<string, Book['ledger']>();
  let items = 0;
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table })) {
    items += Items.length;
    for (const item of Items) {
      const [partition, customer = ''] = item.pk?.S?.split('#') ?? [];
      if (partition === 'LEDGER') {
        ledgers.set(customer, entered(ledgers.get(customer), item));
      }
      if (partition === 'CUSTOMER' && item.sk?.S === 'BALANCE') {
        balances.set(customer, {
          plan: item.plan?.S ?? '',
          left: Number(item.remaining?.N) - Number(item.owed?.N),
          periodStart: Number(item.periodStart?.N),
        });
      }
    }
  }
  client.destroy();
  const byCustomer = new Map(
    [...balances].map(([customer, balance]) => [customer, { ...balance, ledger: ledgers.get(customer) ?? EMPTY }]),
  );
  return { byCustomer, items };
}

const EMPTY: Book['ledger'] = { ...NOTHING, settled: 0, pending: 0 };

type Attributes = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

function entered(ledger: Book['ledger'] = EMPTY, { kind, units, state }: Attributes): Book['ledger'] {
  if (state?.S !== 'applied') {
    return { ...ledger, pending: ledger.pending + 1 };
  }
  const entry = Number(units?.N);
  switch (kind?.S) {
    case 'top_up':
      return { ...ledger, bought: ledger.bought + entry };
    case 'clawback':
      return { ...ledger, takenBack: ledger.takenBack + entry };
    case 'settlement':
      return { ...ledger, settled: ledger.settled + entry };
    default:
      return { ...ledger, periods: ledger.periods + 1 };
  }
}

/** What the stand-in's own objects say was paid, and what has gone back. */
export async function readPaid(stripe: Stripe): Promise<ReadonlyMap<string, Account>> {
  const accounts = new Map<string, Account>();
  const change = (customer: string, by: Partial<Account>) => {
    const { bought, takenBack, periods } = accounts.get(customer) ?? NOTHING;
    accounts.set(customer, {
      bought: bought + (by.bought ?? 0),
      takenBack: takenBack + (by.takenBack ?? 0),
      periods: periods + (by.periods ?? 0),
    });
  };
  const packs = new Map<unknown, { customer: string; units: number; amount: number }>();
  for await (const session of stripe.checkout.sessions.list({ limit: 100 })) {
    if (session.payment_status === 'paid' && session.mode === 'payment') {
      const { customer = '', units } = session.metadata ?? {};
      packs.set(session.payment_intent, { customer, units: Number(units), amount: session.amount_total ?? 0 });
      change(customer, { bought: Number(units) });
    }
  }
  for await (const refund of stripe.refunds.list({ limit: 100 })) {
    const pack = packs.get(refund.payment_intent);
    if (pack !== undefined) {
      change(pack.customer, { takenBack: Math.floor((pack.units * refund.amount) / pack.amount) });
    }
  }
  const subscribers = new Map<string, string>();
  for await (const { id, metadata } of stripe.subscriptions.list({ limit: 100, status: 'all' })) {
    subscribers.set(id, metadata.customer ?? '');
  }
  for await (const { status, parent } of stripe.invoices.list({ limit: 100 })) {
    const subscription = parent?.subscription_details?.subscription;
    if (status === 'paid' && typeof subscription === 'string') {
      change(subscribers.get(subscription) ?? '', { periods: 1 });
    }
  }
  return accounts;
}

/** Stripe's own client, on the stand-in. */
export function stripeAt(url: string): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe('sk_test_local', { host: hostname, port, protocol: 'http', maxNetworkRetries: 2 });
}
