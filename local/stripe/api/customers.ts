import type Stripe from 'stripe';
import { end } from '../billing/ending';
import type { Params } from '../form';
import { newId } from '../ids';
import { newCustomer } from '../objects/customer';
import { type ApiRequest, listPage, matching, type Route } from './route';

const SERVED = ['email', 'name', 'phone', 'description', 'address', 'metadata'];
/** Taken to no effect. */
const ASIDES = ['invoice_settings', 'preferred_locales', 'shipping', 'tax', 'tax_exempt'];

export const customerRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/customers', handle: createCustomer },
  { method: 'GET', path: '/v1/customers', handle: listCustomers },
  { method: 'GET', path: '/v1/customers/:id', handle: retrieveCustomer },
  { method: 'POST', path: '/v1/customers/:id', handle: updateCustomer },
  { method: 'DELETE', path: '/v1/customers/:id', handle: deleteCustomer },
];

function createCustomer({ context, params }: ApiRequest): object {
  params.only(SERVED, ASIDES);
  const customer = newCustomer({
    id: newId('cus_'),
    created: context.now(),
    email: params.string('email', 512),
    name: params.string('name'),
    phone: params.string('phone'),
    description: params.string('description'),
    address: readAddress(params),
    metadata: params.metadata(),
  });
  context.store.put('customer', customer);
  context.emit('customer.created', customer);
  return customer;
}

function listCustomers(request: ApiRequest): object {
  const { context, params } = request;
  return listPage(request, matching(params, context.store.all('customer'), ['email']), ['email']);
}

/** A deleted customer can still be asked for, and says so. */
function retrieveCustomer({ context, id }: ApiRequest): object {
  return context.store.get('deleted_customer', id) ?? context.find('customer', id);
}

function updateCustomer({ context, id, params }: ApiRequest): object {
  params.only(SERVED, ASIDES);
  const customer = context.find('customer', id);
  const given = (name: 'email' | 'name' | 'phone' | 'description') =>
    params.has(name) ? (params.string(name) ?? null) : (customer[name] ?? null);
  const changed: Stripe.Customer = {
    ...customer,
    ...(params.has('address') && { address: readAddress(params) ?? null }),
    email: given('email'),
    name: given('name'),
    phone: given('phone'),
    description: given('description'),
    metadata: params.metadata(customer.metadata),
  };
  context.update('customer', customer, changed);
  return changed;
}

function readAddress(params: Params): Stripe.Address | undefined {
  const names = ['city', 'country', 'line1', 'line2', 'postal_code', 'state'] as const;
  const address = params.child('address')?.only(names);
  return (
    address && {
      city: address.string('city') ?? null,
      country: address.string('country') ?? null,
      line1: address.string('line1') ?? null,
      line2: address.string('line2') ?? null,
      postal_code: address.string('postal_code') ?? null,
      state: address.string('state') ?? null,
    }
  );
}

/** Ends the customer's subscriptions at once. */
function deleteCustomer({ context, id, params }: ApiRequest): object {
  params.only();
  const customer = context.find('customer', id);
  for (const subscription of context.store.all('subscription')) {
    if (subscription.customer === id && subscription.status !== 'canceled') {
      end(context, subscription, context.now());
    }
  }
  const deleted: Stripe.DeletedCustomer = { id, object: 'customer', deleted: true };
  context.store.remove('customer', id);
  context.store.put('deleted_customer', deleted);
  context.emit('customer.deleted', customer);
  return deleted;
}
