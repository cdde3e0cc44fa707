import { paymentsOf } from '../billing/invoicing';
import type { Context } from '../context';
import { invalidRequest } from '../errors';
import { listOf } from '../objects/list';
import type { Table, Tables } from '../state';

const DEPTH = 4;

/** Where an id is looked up, by how it begins. */
const TABLES: Readonly<Record<string, Table>> = {
  ch_: 'charge',
  cs_: 'checkout.session',
  cus_: 'customer',
  di_: 'discount',
  du_: 'dispute',
  in_: 'invoice',
  inpay_: 'invoice_payment',
  pi_: 'payment_intent',
  pm_: 'payment_method',
  price_: 'price',
  prod_: 'product',
  promo_: 'promotion_code',
  re_: 'refund',
  sub_: 'subscription',
};

/** Where an id may be one that its owner has chosen. */
const TABLES_BY_NAME: Readonly<Record<string, Table>> = { coupon: 'coupon', product: 'product' };

type Json = { [name: string]: unknown };

/** The answer with whole objects in place of the ids that `expand[]` names. Works on a copy: rows are shared. */
export function expanded(context: Context, answer: object, paths: readonly string[]): object {
  const copy = JSON.parse(JSON.stringify(answer)) as Json;
  for (const path of paths) {
    const names = path.split('.');
    if (names.length > DEPTH) {
      throw invalidRequest(`You cannot expand more than ${DEPTH} levels of a property: ${path}`, { param: 'expand' });
    }
    expand(context, copy, names, path);
  }
  return copy;
}

function expand(context: Context, target: Json, [name, ...deeper]: readonly string[], path: string): void {
  if (name === undefined) {
    return;
  }
  const value = target[name] ?? included(context, target, name);
  // A property that is null here may hold an id elsewhere, and an answer without it can hold none.
  if (value === null) {
    return;
  }
  const found = Array.isArray(value) ? value.map((one) => whole(context, one, name)) : whole(context, value, name);
  if (typeof found !== 'object' || found === null) {
    throw invalidRequest(`This property cannot be expanded (${path}).`, { param: 'expand' });
  }
  target[name] = found;
  for (const inner of Array.isArray(found) ? found : [found]) {
    expand(context, inner as Json, deeper, path);
  }
}

function whole(context: Context, value: unknown, name: string): unknown {
  return typeof value === 'string' ? lookUp(context, value, name) : value;
}

function lookUp(context: Context, id: string, name: string): Json | undefined {
  const table = TABLES_BY_NAME[name] ?? TABLES[id.slice(0, id.indexOf('_') + 1)];
  const row = table === undefined ? undefined : context.store.get(table, id);
  const found = row ?? context.store.get('deleted_customer', id);
  return found === undefined ? undefined : (JSON.parse(JSON.stringify(found)) as Json);
}

/** Members that Stripe leaves out of an object unless they are asked for. */
function included(context: Context, target: Json, name: string): unknown {
  const id = String(target.id);
  if (target.object === 'checkout.session' && name === 'line_items') {
    const lineItems = context.store.get('checkout_order', id)?.lineItems ?? [];
    return copyOf(listOf(`/v1/checkout/sessions/${id}/line_items`, lineItems));
  }
  if (target.object === 'invoice' && name === 'payments') {
    const invoice: Tables['invoice'] = context.find('invoice', id);
    return copyOf(listOf(`/v1/invoice_payments?invoice=${id}`, paymentsOf(context, invoice)));
  }
  if (target.object === 'charge' && name === 'refunds') {
    const refunds = context.store.all('refund').filter(({ charge }) => charge === id);
    return copyOf(listOf(`/v1/charges/${id}/refunds`, refunds.reverse()));
  }
  if (target.object === 'customer' && name === 'subscriptions') {
    const subscriptions = context.store
      .all('subscription')
      .filter(({ customer, status }) => customer === id && status !== 'canceled');
    return copyOf(listOf(`/v1/customers/${id}/subscriptions`, subscriptions));
  }
  return target[name];
}

function copyOf(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}
