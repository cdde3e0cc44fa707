import { openShop } from './support';

test('the account can be paid, and tells its clock with every answer', async () => {
  const shop = await openShop();
  try {
    const account = await shop.stripe.accounts.retrieveCurrent();
    expect(account).toMatchObject({
      id: expect.stringMatching(/^acct_\w{16}$/),
      object: 'account',
      charges_enabled: true,
    });
    expect(Date.parse(String(account.lastResponse.headers.date))).toBeGreaterThan(0);
  } finally {
    await shop.close();
  }
});
