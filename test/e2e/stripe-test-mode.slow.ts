import { type StripeStandIn, startStripe } from '../../local/stripe';
import { Customer } from './customer';
import { type PaidApi, startPaidApi } from './paid-api';
import { StripeSide } from './stripe-side';

const SECRET_KEY = 'sk_test_of_an_account';

/** The stand-in as what it stands in for: elsewhere, and unable to reach this machine. */
let account: StripeStandIn;
let stripe: StripeSide;
let api: PaidApi;

beforeAll(async () => {
  account = await startStripe({
    secretKey: SECRET_KEY,
    webhookSecret: 'whsec_none',
    webhookUrl: () => undefined,
    retryDelays: [],
  });
  stripe = new StripeSide(account.url, SECRET_KEY);
  api = await startPaidApi({ stripe: { secretKey: SECRET_KEY, apiBase: account.url } });
});

afterAll(async () => {
  await api.close();
  await account.close();
});

/** Looks again until something is so, for as long as two listings take. */
async function eventually<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const seen = await look();
    if (isSo(seen) || Date.now() > deadline) {
      return seen;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('what is sold is at Stripe, and no webhook endpoint that leads to this machine', async () => {
  const products = (await stripe.api.products.list()).data.map(({ name }) => name);
  expect(products).toEqual(expect.arrayContaining(['Pro', '100 units']));
  expect((await stripe.api.webhookEndpoints.list()).data).toEqual([]);
});

test('who comes back before the event has a key, reads that it is being credited, and has the plan moments later', async () => {
  const stranger = Customer.withKey(api.url, stripe, '');
  const opened = await stranger.send('POST', 'billing/checkout', { plan: 'pro' });
  const welcome = await stranger.payAndReturn(opened.body.url, opened.body.claim);
  expect(welcome).toMatchObject({ status: 200, body: { purchase: 'plan Pro', credited: false } });
  expect(welcome.body.note).toContain('Paid, and being credited');
  const ada = Customer.withKey(api.url, stripe, welcome.body.apiKey);
  expect((await ada.call()).status).toBe(200);
  const usage = await eventually(
    () => ada.usage(),
    ({ plan }) => plan === 'pro',
  );
  expect(usage).toMatchObject({ plan: 'pro', limit: 1_000, remaining: 1_000 });

  // WHEN she buys units, with the key that she has
  const pack = await ada.send('POST', 'billing/checkout', { topUp: '100' });
  const { location } = await ada.pressPay(pack.body.url);
  expect((await ada.send('GET', location)).body).toMatchObject({ credited: false, apiKey: null });
  // THEN the page that she is on comes to say that they count
  const later = await eventually(
    () => ada.send('GET', location),
    ({ body }) => body.credited,
  );
  expect(later.body).toMatchObject({
    credited: true,
    note: 'The payment counts. Call with the credential that you have.',
  });
  expect(await ada.usage()).toMatchObject({ plan: 'pro', credits: 100 });
});

test('an event that is listed again and again counts once', async () => {
  const bob = await Customer.signUp(api.url, stripe, 'free');
  await bob.buy({ topUp: '100' });
  await eventually(
    () => bob.usage(),
    ({ credits }) => credits > 0,
  );
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(await bob.usage()).toMatchObject({ credits: 100 });
});
