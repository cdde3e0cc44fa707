import { openShop, type Shop, subscribe } from './support';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

test('a payment leads to its invoice, its subscription and its card', async () => {
  const { stripe } = shop;
  const subscription = await subscribe(shop);
  const customer = String(subscription.customer);
  const [intent] = (await stripe.paymentIntents.list({ customer })).data;
  const payment = { type: 'payment_intent', payment_intent: intent?.id } as const;
  const payments = await stripe.invoicePayments.list({ payment, expand: ['data.invoice'] });
  expect(payments.data).toMatchObject([
    { invoice: { parent: { subscription_details: { subscription: subscription.id } } } },
  ]);
  const invoice = String(subscription.latest_invoice);
  expect((await stripe.invoicePayments.list({ invoice, status: 'paid' })).data).toHaveLength(1);
  expect((await stripe.invoices.retrieve(invoice)).customer).toBe(customer);
  expect((await stripe.invoices.list({ customer, status: 'open' })).data).toEqual([]);
  const card = await stripe.paymentMethods.retrieve(String(intent?.payment_method));
  expect(card).toMatchObject({ customer, card: { brand: 'visa', last4: '4242' } });
  const charge = await stripe.charges.retrieve(String(intent?.latest_charge));
  expect(charge).toMatchObject({ payment_intent: intent?.id, status: 'succeeded' });
});
