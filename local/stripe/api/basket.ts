import type Stripe from 'stripe';
import type { Context } from '../context';
import { requireCurrency } from '../currency';
import { invalidRequest, parameterMissing } from '../errors';
import type { Params } from '../form';
import { newId } from '../ids';
import { productOf } from '../objects/invoice-line';
import { amountOf, newPrice } from '../objects/price';
import { priceTerms } from './price-terms';
import { readProduct } from './products';

const MOST_LINES = 100;

/** One of `line_items` as it was read, with what is still to be put for it. */
export interface BasketLine {
  readonly price: Stripe.Price;
  /** The product of an inline price that does not exist yet. */
  readonly newProduct?: Stripe.Product;
  readonly inline: boolean;
  readonly quantity: number;
  readonly amount: number;
  readonly name: string;
  readonly metadata: Record<string, string>;
}

export function readBasket(context: Context, params: Params, mode: 'payment' | 'subscription'): BasketLine[] {
  const lines = params.children('line_items').map((line) => readLine(context, line));
  if (lines.length === 0) {
    throw parameterMissing('line_items');
  }
  if (lines.length > MOST_LINES) {
    throw invalidRequest(`line_items takes at most ${MOST_LINES} lines.`, { param: 'line_items' });
  }
  const recurring = lines.filter(({ price }) => price.recurring !== null);
  if (mode === 'payment' && recurring.length > 0) {
    throw invalidRequest('Payment mode takes no recurring price; use subscription mode.', { param: 'line_items' });
  }
  if (mode === 'subscription' && recurring.length === 0) {
    throw invalidRequest('Subscription mode needs a recurring price.', { param: 'line_items' });
  }
  requireOneInterval(
    recurring.map(({ price }) => price),
    'line_items',
  );
  return lines;
}

/** Stripe can bill intervals apart from each other; the stand-in cannot. */
export function requireOneInterval(prices: readonly Stripe.Price[], param: string): void {
  const intervals = new Set(prices.map(({ recurring }) => `${recurring?.interval_count} ${recurring?.interval}`));
  if (intervals.size > 1) {
    throw invalidRequest('The local stand-in for Stripe serves one interval a subscription.', { param });
  }
}

export function commonCurrency(basket: readonly BasketLine[], params: Params): string {
  const currencies = new Set(basket.map(({ price }) => price.currency));
  const asked = params.string('currency');
  if (asked !== undefined) {
    currencies.add(requireCurrency(asked, 'currency'));
  }
  const [currency, ...others] = currencies;
  if (currency === undefined || others.length > 0) {
    throw invalidRequest(`All prices must have the same currency, got: ${[...currencies].join(', ')}`, {
      param: 'line_items',
    });
  }
  return currency;
}

/** A price that may be bought. */
export function activePrice(context: Context, id: string, param: string): Stripe.Price {
  const price = context.find('price', id, param);
  if (!price.active) {
    throw invalidRequest(`The price ${id} is not active.`, { param });
  }
  if (context.store.get('product', productOf(price))?.active === false) {
    throw invalidRequest(`The price ${id} cannot be bought, as its product is not active.`, { param });
  }
  return price;
}

/** Inline prices and their products come into being with the session. */
export function putBasket(context: Context, basket: readonly BasketLine[]): readonly BasketLine[] {
  for (const { price, newProduct: product, inline } of basket) {
    if (product !== undefined) {
      context.store.put('product', product);
      context.emit('product.created', product);
    }
    if (inline) {
      context.store.put('price', price);
      context.store.put('inline_price', { id: price.id });
      context.emit('price.created', price);
    }
  }
  return basket;
}

function readLine(context: Context, line: Params): BasketLine {
  line.only(['price', 'price_data', 'quantity', 'metadata'], ['adjustable_quantity', 'tax_rates']);
  const quantity = line.integer('quantity', 1);
  if (quantity === undefined) {
    throw parameterMissing(line.nameOf('quantity'));
  }
  const priced = readPrice(context, line);
  return { ...priced, quantity, amount: amountOf(priced.price, quantity), metadata: line.metadata() };
}

function readPrice(context: Context, line: Params): Pick<BasketLine, 'price' | 'newProduct' | 'inline' | 'name'> {
  const id = line.string('price');
  const data = line.child('price_data');
  if ((id === undefined) === (data === undefined)) {
    throw invalidRequest(`${line.nameOf('price')} or price_data is needed, and not both.`, {
      param: line.nameOf('price'),
    });
  }
  if (data !== undefined) {
    return inlinePrice(context, data);
  }
  const price = activePrice(context, id ?? '', line.nameOf('price'));
  return { price, inline: false, name: context.store.get('product', productOf(price))?.name ?? price.id };
}

function inlinePrice(context: Context, data: Params): Pick<BasketLine, 'price' | 'newProduct' | 'inline' | 'name'> {
  data.only(['currency', 'unit_amount', 'unit_amount_decimal', 'product', 'product_data', 'recurring', 'tax_behavior']);
  const { product, created } = inlineProduct(context, data);
  const price = newPrice({
    ...priceTerms(data),
    id: newId('price_'),
    created: context.now(),
    // For this one session; Stripe archives such a price from the start.
    active: false,
    product: product.id,
  });
  return { price, inline: true, name: product.name, ...(created ? { newProduct: product } : {}) };
}

function inlineProduct(context: Context, data: Params): { product: Stripe.Product; created: boolean } {
  const id = data.string('product');
  if (id !== undefined) {
    return { product: context.find('product', id, data.nameOf('product')), created: false };
  }
  const details = data
    .child('product_data')
    ?.only(['name', 'description', 'metadata', 'unit_label', 'images', 'tax_code']);
  if (details === undefined) {
    throw parameterMissing(data.nameOf('product_data'));
  }
  // For this one purchase; Stripe archives such a product from the start.
  return { product: { ...readProduct(context, details), active: false }, created: true };
}
