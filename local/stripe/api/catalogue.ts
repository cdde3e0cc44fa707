import type { Context } from '../context';
import { requireCurrency } from '../currency';
import { invalidRequest, parameterMissing, parameterNotServed } from '../errors';
import type { Params } from '../form';
import { newId } from '../ids';
import { INTERVALS, newPrice } from '../objects/price';
import { newProduct } from '../objects/product';
import { type ApiRequest, listPage, matching, type Route } from './route';

/** Taken and kept to no effect: they change neither what is paid nor what is told. */
const PRODUCT_ASIDES = ['images', 'marketing_features', 'shippable', 'statement_descriptor', 'tax_code', 'url'];
const PRICE_ASIDES = ['billing_scheme', 'tax_behavior'];

export const catalogueRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/products', handle: createProduct },
  { method: 'GET', path: '/v1/products', handle: listProducts },
  { method: 'GET', path: '/v1/products/:id', handle: ({ context, id }) => context.find('product', id) },
  { method: 'POST', path: '/v1/products/:id', handle: updateProduct },
  { method: 'POST', path: '/v1/prices', handle: createPrice },
  { method: 'GET', path: '/v1/prices', handle: listPrices },
  { method: 'GET', path: '/v1/prices/:id', handle: ({ context, id }) => context.find('price', id) },
  { method: 'POST', path: '/v1/prices/:id', handle: updatePrice },
];

function createProduct({ context, params }: ApiRequest): object {
  params.only(['id', 'name', 'active', 'description', 'metadata', 'unit_label'], PRODUCT_ASIDES);
  const id = params.string('id') ?? newId('prod_');
  if (context.store.get('product', id) !== undefined) {
    throw invalidRequest(`Product already exists: ${id}`, { param: 'id', code: 'resource_already_exists' });
  }
  const product = newProduct({
    id,
    created: context.now(),
    name: params.requiredString('name'),
    active: params.boolean('active') ?? true,
    description: params.string('description'),
    unitLabel: params.string('unit_label'),
    metadata: params.metadata(),
  });
  context.store.put('product', product);
  context.emit('product.created', product);
  return product;
}

function updateProduct({ context, id, params }: ApiRequest): object {
  params.only(['name', 'active', 'description', 'metadata', 'unit_label'], PRODUCT_ASIDES);
  const product = context.find('product', id);
  const changed = {
    ...product,
    name: params.string('name') ?? product.name,
    active: params.boolean('active') ?? product.active,
    description: params.has('description') ? (params.string('description') ?? null) : product.description,
    unit_label: params.has('unit_label') ? (params.string('unit_label') ?? null) : product.unit_label,
    metadata: params.metadata(product.metadata),
  };
  context.update('product', product, changed);
  return changed;
}

function listProducts(request: ApiRequest): object {
  const { context, params } = request;
  const ids = params.strings('ids');
  const rows = matching(params, context.store.all('product'), ['active']);
  return listPage(request, ids.length === 0 ? rows : rows.filter(({ id }) => ids.includes(id)), ['active', 'ids']);
}

function createPrice({ context, params }: ApiRequest): object {
  params.only(
    ['currency', 'unit_amount', 'product', 'product_data', 'recurring', 'active', 'nickname', 'metadata'],
    ['lookup_key', 'transfer_lookup_key'],
    PRICE_ASIDES,
  );
  const terms = priceTerms(params);
  const metadata = params.metadata();
  const lookupKey = params.string('lookup_key', 200);
  const holder = lookupKey === undefined ? undefined : priceWith(context, lookupKey);
  if (holder !== undefined && params.boolean('transfer_lookup_key') !== true) {
    throw invalidRequest(`A price (${holder.id}) already uses the lookup key ${lookupKey}.`, { param: 'lookup_key' });
  }
  const product = productFor(context, params);
  if (holder !== undefined) {
    context.update('price', holder, { ...holder, lookup_key: null });
  }
  const price = newPrice({
    ...terms,
    id: newId('price_'),
    created: context.now(),
    active: params.boolean('active') ?? true,
    product,
    lookupKey,
    nickname: params.string('nickname'),
    metadata,
  });
  context.store.put('price', price);
  context.emit('price.created', price);
  return price;
}

/** A price's amount never changes; its name and its use do. */
function updatePrice({ context, id, params }: ApiRequest): object {
  params.only(['active', 'nickname', 'metadata', 'lookup_key'], PRICE_ASIDES);
  const price = context.find('price', id);
  const changed = {
    ...price,
    active: params.boolean('active') ?? price.active,
    nickname: params.has('nickname') ? (params.string('nickname') ?? null) : price.nickname,
    lookup_key: params.has('lookup_key') ? (params.string('lookup_key') ?? null) : price.lookup_key,
    metadata: params.metadata(price.metadata),
  };
  context.update('price', price, changed);
  return changed;
}

/** Without what sessions brought along, and without what is not in use unless that is asked for: as Stripe lists. */
function listPrices(request: ApiRequest): object {
  const { context, params } = request;
  const lookupKeys = params.strings('lookup_keys');
  const active = params.boolean('active') ?? true;
  const rows = matching(params, context.store.all('price'), ['currency', 'product', 'type']).filter(
    (price) =>
      price.active === active &&
      context.store.get('inline_price', price.id) === undefined &&
      (lookupKeys.length === 0 || lookupKeys.includes(price.lookup_key ?? '')),
  );
  return listPage(request, rows, ['active', 'currency', 'product', 'type', 'lookup_keys']);
}

/** The terms of a price, in `price_data` and in a price of its own. */
export function priceTerms(params: Params) {
  const currency = requireCurrency(params.requiredString('currency'), params.nameOf('currency'));
  const unitAmount = params.integer('unit_amount');
  if (unitAmount === undefined) {
    throw params.has('unit_amount_decimal')
      ? parameterNotServed(params.nameOf('unit_amount_decimal'))
      : parameterMissing(params.nameOf('unit_amount'));
  }
  const recurring = params.child('recurring')?.only(['interval', 'interval_count', 'usage_type']);
  const interval = recurring?.oneOf('interval', INTERVALS);
  recurring?.oneOf('usage_type', ['licensed']);
  if (recurring !== undefined && interval === undefined) {
    throw parameterMissing(recurring.nameOf('interval'));
  }
  return {
    currency,
    unitAmount,
    recurring: interval && { interval, intervalCount: recurring?.integer('interval_count', 1) ?? 1 },
  };
}

function productFor(context: Context, params: Params): string {
  const id = params.string('product');
  if (id !== undefined) {
    return context.find('product', id, params.nameOf('product')).id;
  }
  const data = params.child('product_data')?.only(['id', 'name', 'active', 'metadata', 'unit_label'], PRODUCT_ASIDES);
  if (data === undefined) {
    throw parameterMissing(params.nameOf('product'));
  }
  const product = newProduct({
    id: data.string('id') ?? newId('prod_'),
    created: context.now(),
    name: data.requiredString('name'),
    active: data.boolean('active') ?? true,
    unitLabel: data.string('unit_label'),
    metadata: data.metadata(),
  });
  context.store.put('product', product);
  context.emit('product.created', product);
  return product.id;
}

function priceWith(context: Context, lookupKey: string) {
  return context.store.all('price').find(({ lookup_key }) => lookup_key === lookupKey);
}
