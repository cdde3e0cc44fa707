import { openShop, PRO, type Shop, subscribe } from './support';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

describe('the portal', () => {
  test('shows the subscription, ends it and keeps it', async () => {
    const { stripe } = shop;
    const { id, customer } = await subscribe(shop, {
      line_items: [
        { ...PRO, price_data: { ...PRO.price_data, currency: 'usd', product_data: { name: '<b>Pro</b>' } } },
      ],
    });
    const session = await stripe.billingPortal.sessions.create({
      customer: String(customer),
      return_url: 'https://shop.example/account',
    });
    const shown = await (await fetch(session.url)).text();
    expect(shown).toContain('&lt;b&gt;Pro&lt;/b&gt;');
    expect(shown).toContain('$29.00 per month');
    expect(shown).toContain('href="https://shop.example/account"');
    const press = async (action: string) =>
      (await fetch(session.url, { method: 'POST', body: new URLSearchParams({ action, subscription: id }) })).text();
    expect(await press('cancel')).toContain('Ends on');
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ cancel_at_period_end: true });
    expect(await press('keep')).toContain('Renews on');
    await stripe.subscriptions.cancel(id);
    expect(await (await fetch(session.url)).text()).toContain('There is no subscription');
  });

  test('is for known customers', async () => {
    const { stripe, local } = shop;
    await expect(stripe.billingPortal.sessions.create({ customer: 'cus_none' })).rejects.toMatchObject({
      param: 'customer',
    });
    await expect(stripe.billingPortal.sessions.create({})).rejects.toMatchObject({ code: 'parameter_missing' });
    expect((await fetch(`${local.url}/p/session/bps_none`)).status).toBe(404);
  });
});
