import type Stripe from 'stripe';
import type { Context } from '../context';
import { invalidRequest } from '../errors';
import type { Params } from '../form';
import { newId } from '../ids';
import { newPrice } from '../objects/price';
import { newProduct } from '../objects/product';
import { priceTerms } from './price-terms';
import { type ApiRequest, listPage, matching, type Route } from './route';

const TEXTS = ['description', 'statement_descriptor', 'tax_code', 'unit_label', 'url'] as const;
const MOST_IMAGES = 8;
const MOST_FEATURES = 15;

/** What a product can be made with and changed to. */
export const PRODUCT_PARAMS = ['name', 'active', 'metadata', 'images', 'marketing_features', 'shippable', ...TEXTS];

export const productRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/products', handle: createProduct },
  { method: 'GET', path: '/v1/products', handle: listProducts },
  { method: 'GET', path: '/v1/products/:id', handle: ({ context, id }) => context.find('product', id) },
  { method: 'POST', path: '/v1/products/:id', handle: updateProduct },
  { method: 'DELETE', path: '/v1/products/:id', handle: deleteProduct },
];

function createProduct({ context, params }: ApiRequest): object {
  params.only(['id', 'default_price_data', 'type'], PRODUCT_PARAMS);
  params.oneOf('type', ['service']);
  const product = readProduct(context, params);
  const data = params
    .child('default_price_data')
    ?.only(['currency', 'unit_amount', 'unit_amount_decimal', 'recurring', 'tax_behavior', 'metadata']);
  const price =
    data &&
    newPrice({
      ...priceTerms(data),
      id: newId('price_'),
      created: context.now(),
      active: true,
      product: product.id,
      metadata: data.metadata(),
    });
  const created = { ...product, default_price: price?.id ?? null };
  context.store.put('product', created);
  context.emit('product.created', created);
  if (price !== undefined) {
    context.store.put('price', price);
    context.emit('price.created', price);
  }
  return created;
}

/** A product as its parameters say, with an id of its own or a made one; not kept yet. */
export function readProduct(context: Context, params: Params): Stripe.Product {
  const id = params.string('id') ?? newId('prod_');
  if (context.store.get('product', id) !== undefined) {
    throw invalidRequest(`Product already exists: ${id}`, {
      param: params.nameOf('id'),
      code: 'resource_already_exists',
    });
  }
  const product = newProduct({
    id,
    created: context.now(),
    name: params.requiredString('name'),
    active: params.boolean('active') ?? true,
    metadata: params.metadata(),
  });
  return { ...product, ...readDetails(params) };
}

function updateProduct({ context, id, params }: ApiRequest): object {
  params.only(['default_price'], PRODUCT_PARAMS);
  const product = context.find('product', id);
  const changed = {
    ...product,
    ...readDetails(params),
    name: params.string('name') ?? product.name,
    active: params.boolean('active') ?? product.active,
    default_price: params.has('default_price') ? defaultPrice(context, id, params) : (product.default_price ?? null),
    metadata: params.metadata(product.metadata),
  };
  // Nothing is new where nothing but the time of the update is.
  const same = JSON.stringify(changed) === JSON.stringify(product);
  const updated = same ? product : { ...changed, updated: context.now() };
  context.update('product', product, updated);
  return updated;
}

/** Only what was given; an empty value takes away what there was. */
function readDetails(params: Params): Partial<Stripe.Product> {
  const texts = TEXTS.filter((name) => params.has(name)).map((name) => [name, params.string(name) ?? null]);
  const features = params.children('marketing_features').map((one) => ({ name: one.requiredString('name') }));
  const images = params.strings('images');
  if (images.length > MOST_IMAGES || features.length > MOST_FEATURES) {
    throw invalidRequest(`A product has at most ${MOST_IMAGES} images and ${MOST_FEATURES} marketing features.`, {
      param: images.length > MOST_IMAGES ? 'images' : 'marketing_features',
    });
  }
  return {
    ...Object.fromEntries(texts),
    ...(params.has('images') && { images }),
    ...(params.has('marketing_features') && { marketing_features: features }),
    ...(params.has('shippable') && { shippable: params.boolean('shippable') ?? null }),
  };
}

function defaultPrice(context: Context, product: string, params: Params): string | null {
  const id = params.string('default_price');
  if (id === undefined) {
    return null;
  }
  const price = context.find('price', id, 'default_price');
  if (price.product !== product || !price.active) {
    throw invalidRequest(`The default price must be an active price of product ${product}, got: ${id}`, {
      param: 'default_price',
    });
  }
  return id;
}

function listProducts(request: ApiRequest): object {
  const { context, params } = request;
  const ids = params.strings('ids');
  const filters = ['active', 'shippable', 'type', 'url'] as const;
  const rows = matching(params, context.store.all('product'), filters);
  return listPage(request, ids.length === 0 ? rows : rows.filter(({ id }) => ids.includes(id)), [...filters, 'ids']);
}

/** A product that was ever sold stays, for the sake of the books. */
function deleteProduct({ context, id, params }: ApiRequest): object {
  params.only();
  const product = context.find('product', id);
  if (context.store.all('price').some((price) => price.product === id)) {
    throw invalidRequest(`Product ${id} has prices, so it cannot be deleted; it can be archived.`);
  }
  const deleted: Stripe.DeletedProduct = { id, object: 'product', deleted: true };
  context.store.remove('product', id);
  context.emit('product.deleted', product);
  return deleted;
}
