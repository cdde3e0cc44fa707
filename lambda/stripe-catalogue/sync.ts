import type Stripe from 'stripe';
import {
  lookupKey,
  productId,
  type SoldItem,
  type StripeCatalogueProperties,
} from '../../lib/private/stripe-catalogue';

/** Stripe's client, and keys by which it does each thing once, however often this run is repeated. */
export interface Sync {
  readonly client: Stripe;
  readonly wanted: StripeCatalogueProperties;
  /** The same for a repetition of one run, another for the next. */
  readonly run: string;
  /** The ARN of the stack whose deployment it is. */
  readonly stack: string;
}

/** Brings products and prices at Stripe to what is sold. What is there already is left as it is; running subscriptions keep their price. */
export async function syncProducts(sync: Sync): Promise<void> {
  const { wanted } = sync;
  const products = await ownProducts(sync);
  for (const item of wanted.items) {
    await putProduct(sync, item, products.get(productOf(wanted, item)));
    await putPrice(sync, item);
  }
  const ids = wanted.items.map((item) => productOf(wanted, item));
  for (const [id, product] of products) {
    if (!ids.includes(id) && product.active) {
      await archiveProduct(sync, id);
    }
  }
}

/** Takes out of sale what the stack sells. Stripe deletes no price that was ever used. */
export async function archiveProducts(sync: Sync): Promise<void> {
  for (const [id, product] of await ownProducts(sync)) {
    if (product.active && isOfStack(sync, product)) {
      await archiveProduct(sync, id);
    }
  }
}

/**
 * Whether the stack was the last to deploy it: another one under the same id has taken it over, when a paywall moves, and deleting the old
 * stack must leave it. What was made before there were marks is whoever's asks.
 */
export function isOfStack({ stack }: Sync, { metadata }: Pick<Stripe.Product, 'metadata'>): boolean {
  return metadata.stack === undefined || metadata.stack === stack;
}

async function putProduct(sync: Sync, item: SoldItem, known: Stripe.Product | undefined): Promise<void> {
  const { client, wanted, stack } = sync;
  const id = productOf(wanted, item);
  if (known === undefined) {
    const metadata = { paywall: wanted.paywallId, [item.kind]: item.id, stack };
    await client.products.create({ id, name: item.name, metadata }, once(sync, `product/${id}`));
  } else if (known.name !== item.name || !known.active || known.metadata.stack !== stack) {
    const change = { name: item.name, active: true, metadata: { stack } };
    await client.products.update(id, change, once(sync, `product/${id}`));
  }
}

/** Prices are immutable: another amount is another price, which takes the name over. https://docs.stripe.com/products-prices/manage-prices */
async function putPrice(sync: Sync, item: SoldItem): Promise<void> {
  const { client, wanted } = sync;
  const key = lookupKey(wanted.paywallId, item.kind, item.id);
  const [known] = (await client.prices.list({ lookup_keys: [key], limit: 1 })).data;
  if (known?.active && isPriceOf(known, item)) {
    return;
  }
  await client.prices.create(
    {
      product: productOf(wanted, item),
      currency: item.currency,
      unit_amount: item.amount,
      ...(item.interval !== undefined && { recurring: { interval: item.interval } }),
      lookup_key: key,
      transfer_lookup_key: true,
    },
    once(sync, `price/${key}`),
  );
  if (known?.active) {
    await client.prices.update(known.id, { active: false }, once(sync, `archive/${known.id}`));
  }
}

async function archiveProduct(sync: Sync, id: string): Promise<void> {
  await archivePrices(sync, id);
  await sync.client.products.update(id, { active: false }, once(sync, `archive/${id}`));
}

async function archivePrices(sync: Sync, product: string): Promise<void> {
  const { client } = sync;
  for (const price of (await client.prices.list({ product, active: true, limit: 100 })).data) {
    await client.prices.update(price.id, { active: false }, once(sync, `archive/${price.id}`));
  }
}

async function ownProducts({ client, wanted }: Sync): Promise<Map<string, Stripe.Product>> {
  const products = await client.products.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  return new Map(
    products.filter(({ metadata }) => metadata.paywall === wanted.paywallId).map((product) => [product.id, product]),
  );
}

function isPriceOf(price: Stripe.Price, item: SoldItem): boolean {
  return (
    price.unit_amount === item.amount && price.currency === item.currency && price.recurring?.interval === item.interval
  );
}

function productOf({ paywallId }: StripeCatalogueProperties, { kind, id }: SoldItem): string {
  return productId(paywallId, kind, id);
}

export function once({ run }: Sync, what: string): Stripe.RequestOptions {
  return { idempotencyKey: `${run}/${what}` };
}
