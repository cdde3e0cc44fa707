import type Stripe from 'stripe';
import type { Context } from '../context';
import { invalidRequest, parameterMissing } from '../errors';
import type { Params } from '../form';
import { newId } from '../ids';
import { newPrice, TAX_BEHAVIORS } from '../objects/price';
import { priceTerms } from './price-terms';
import { readProduct } from './products';
import { type ApiRequest, listPage, matching, type Route } from './route';

const MOST_LOOKUP_KEYS = 10;
const LOOKUP_KEY_LENGTH = 200;

export const priceRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/prices', handle: createPrice },
  { method: 'GET', path: '/v1/prices', handle: listPrices },
  { method: 'GET', path: '/v1/prices/:id', handle: ({ context, id }) => context.find('price', id) },
  { method: 'POST', path: '/v1/prices/:id', handle: updatePrice },
];

function createPrice({ context, params }: ApiRequest): object {
  params.only(
    ['currency', 'unit_amount', 'unit_amount_decimal', 'product', 'product_data', 'recurring', 'active', 'nickname'],
    ['metadata', 'lookup_key', 'transfer_lookup_key', 'tax_behavior', 'billing_scheme'],
  );
  params.oneOf('billing_scheme', ['per_unit']);
  const details = {
    ...priceTerms(params),
    id: newId('price_'),
    created: context.now(),
    active: params.boolean('active') ?? true,
    lookupKey: params.string('lookup_key', LOOKUP_KEY_LENGTH),
    nickname: params.string('nickname'),
    metadata: params.metadata(),
  };
  const { product, created } = productFor(context, params);
  takeLookupKey(context, details.id, params);
  if (created) {
    context.store.put('product', product);
    context.emit('product.created', product);
  }
  const price = newPrice({ ...details, product: product.id });
  context.store.put('price', price);
  context.emit('price.created', price);
  return price;
}

/** A price's amount never changes; its name and its use do. */
function updatePrice({ context, id, params }: ApiRequest): object {
  params.only(['active', 'nickname', 'metadata', 'lookup_key', 'transfer_lookup_key', 'tax_behavior']);
  const price = context.find('price', id);
  const active = params.boolean('active') ?? price.active;
  if (!active && context.store.get('product', String(price.product))?.default_price === id) {
    throw invalidRequest('This price cannot be archived: it is the default price of its product.', { param: 'active' });
  }
  takeLookupKey(context, id, params);
  const changed: Stripe.Price = {
    ...price,
    active,
    nickname: params.has('nickname') ? (params.string('nickname') ?? null) : price.nickname,
    lookup_key: params.has('lookup_key')
      ? (params.string('lookup_key', LOOKUP_KEY_LENGTH) ?? null)
      : (price.lookup_key ?? null),
    tax_behavior: taxBehavior(price, params),
    metadata: params.metadata(price.metadata),
  };
  context.update('price', price, changed);
  return changed;
}

/** Without what sessions brought along, and without what is not in use unless that is asked for: as Stripe lists. */
function listPrices(request: ApiRequest): object {
  const { context, params } = request;
  const lookupKeys = params.strings('lookup_keys');
  if (lookupKeys.length > MOST_LOOKUP_KEYS) {
    throw invalidRequest(`lookup_keys takes at most ${MOST_LOOKUP_KEYS} keys.`, { param: 'lookup_keys' });
  }
  const active = params.boolean('active') ?? true;
  const recurring = params.child('recurring')?.only(['interval', 'usage_type']);
  const rows = matching(params, context.store.all('price'), ['currency', 'product', 'type']).filter(
    (price) =>
      price.active === active &&
      context.store.get('inline_price', price.id) === undefined &&
      (recurring === undefined ||
        (price.recurring !== null && matching(recurring, [price.recurring], ['interval', 'usage_type']).length > 0)) &&
      (lookupKeys.length === 0 || lookupKeys.includes(price.lookup_key ?? '')),
  );
  return listPage(request, rows, ['active', 'currency', 'product', 'type', 'lookup_keys', 'recurring']);
}

/** Once it is said whether the tax is in the amount, that stays so. */
function taxBehavior(price: Stripe.Price, params: Params): Stripe.Price.TaxBehavior | null {
  const asked = params.oneOf('tax_behavior', TAX_BEHAVIORS) ?? price.tax_behavior;
  if (asked !== price.tax_behavior && price.tax_behavior !== 'unspecified') {
    throw invalidRequest(`The tax behavior of a price that is ${price.tax_behavior} cannot be changed.`, {
      param: 'tax_behavior',
    });
  }
  return asked;
}

/** One price at a time has a lookup key; another gives it up if it is asked to. */
function takeLookupKey(context: Context, taker: string, params: Params): void {
  const key = params.string('lookup_key', LOOKUP_KEY_LENGTH);
  const holder = key === undefined ? undefined : priceWith(context, key);
  if (holder === undefined || holder.id === taker) {
    return;
  }
  if (params.boolean('transfer_lookup_key') !== true) {
    throw invalidRequest(`A price (${holder.id}) already uses the lookup key ${key}.`, { param: 'lookup_key' });
  }
  context.update('price', holder, { ...holder, lookup_key: null });
}

function productFor(context: Context, params: Params): { product: Stripe.Product; created: boolean } {
  const id = params.string('product');
  if (id !== undefined) {
    return { product: context.find('product', id, params.nameOf('product')), created: false };
  }
  const data = params
    .child('product_data')
    ?.only(['id', 'name', 'active', 'metadata', 'statement_descriptor', 'tax_code', 'unit_label']);
  if (data === undefined) {
    throw parameterMissing(params.nameOf('product'));
  }
  return { product: readProduct(context, data), created: true };
}

function priceWith(context: Context, lookupKey: string) {
  return context.store.all('price').find(({ lookup_key }) => lookup_key === lookupKey);
}
