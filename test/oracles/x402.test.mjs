import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePaymentRequiredHeader } from '@x402/core/http';
import { PaymentRequiredV2Schema } from '@x402/core/schemas';
import { wrapFetchWithPayment, x402Client, x402HTTPClient } from '@x402/fetch';
import { startGateway } from './paid-api.mjs';

const api = await startGateway();

/** Goes through the checkout that the account is filled by, as a person would, and waits for what that brings about. */
async function buy(purchaseUrl) {
  const page = await fetch(purchaseUrl, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 200);
  const body = new URLSearchParams({ action: 'pay', email: 'ada@example.com' });
  const paid = await fetch(page.url, { method: 'POST', body, redirect: 'manual' });
  assert.equal(paid.status, 303);
  await api.server.stripe.idle();
}

test('the PAYMENT-REQUIRED header is one by x402’s own schema', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 0 });
  const refused = await fetch(new URL('items/1', api.url), { headers: { 'x-api-key': apiKey } });
  const required = PaymentRequiredV2Schema.parse(
    decodePaymentRequiredHeader(refused.headers.get('payment-required') ?? ''),
  );
  assert.equal(required.accepts[0].network, 'prepaid:account');
  assert.equal(required.accepts[0].extra.purchaseUrl, (await refused.json()).checkoutUrl);
});

test('a client of @x402/fetch with a hook that buys has its request served', async () => {
  const { customer, apiKey } = await api.addCustomer({ remaining: 0 });
  const bought = [];
  const client = new x402HTTPClient(new x402Client()).onPaymentRequired(async ({ paymentRequired }) => {
    const { purchaseUrl } = paymentRequired.accepts[0].extra;
    bought.push(purchaseUrl);
    await buy(purchaseUrl);
    return { headers: {} };
  });
  const paying = wrapFetchWithPayment(fetch, client);
  const request = { method: 'POST', body: 'hello', headers: { 'x-api-key': apiKey } };
  const response = await paying(new URL('items/1', api.url), request);
  assert.equal(response.status, 200);
  assert.equal((await response.json()).bytes, 5);
  assert.equal(bought.length, 1);
  assert.equal((await api.balanceOf(customer)).plan, 'pro');
});

test('a client with a wallet and no hook says that it knows no prepaid accounts, and signs nothing', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 0 });
  const wallet = { scheme: 'exact', createPaymentPayload: () => assert.fail('it has signed something') };
  const paying = wrapFetchWithPayment(fetch, new x402Client().register('eip155:8453', wallet));
  const call = paying(new URL('items/1', api.url), { headers: { 'x-api-key': apiKey } });
  await assert.rejects(call, /prepaid:account/);
});
