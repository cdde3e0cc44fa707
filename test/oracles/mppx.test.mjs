import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Receipt } from 'mppx';
import { Mppx, stripe } from 'mppx/client';
import { everyAnswer } from '../e2e/paid-api.ts';
import { startGateway } from './paid-api.mjs';

const NETWORK_ID = 'profile_test_1';

const api = await startGateway((app) => everyAnswer(app, { networkId: NETWORK_ID }));

/** What a person's wallet does who lets an agent pay: Stripe grants a token for what the challenge asks. */
async function grant({ amount, currency, networkId, expiresAt, paymentMethod }) {
  assert.equal(networkId, NETWORK_ID);
  const response = await fetch(`${api.server.stripe.url}/v1/test_helpers/shared_payment/granted_tokens`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_local' },
    body: new URLSearchParams({
      payment_method: paymentMethod,
      'usage_limits[currency]': currency,
      'usage_limits[max_amount]': amount,
      'usage_limits[expires_at]': String(expiresAt),
      'seller_details[network_id]': networkId,
    }),
  });
  assert.equal(response.status, 200);
  return (await response.json()).id;
}

function clientOf(paymentMethods) {
  const tokens = [];
  const createToken = async (parameters) => {
    const paymentMethod = paymentMethods[Math.min(tokens.length, paymentMethods.length - 1)];
    tokens.push(paymentMethod);
    return grant({ ...parameters, paymentMethod });
  };
  const methods = [stripe.charge({ createToken, paymentMethod: 'pm_card_visa' })];
  return { tokens, fetch: Mppx.create({ methods, polyfill: false }).fetch };
}

test('a client of mppx pays by a shared payment token, and is served', async () => {
  const { customer, apiKey } = await api.addCustomer({ remaining: 0 });
  const client = clientOf(['pm_card_visa']);
  const response = await client.fetch(new URL('items/1', api.url), { headers: { 'x-api-key': apiKey } });
  assert.equal(response.status, 200);
  const { authorizer } = await response.json();
  const { method, status, reference } = Receipt.deserialize(authorizer.paymentReceipt);
  assert.deepEqual([method, status, reference.slice(0, 3)], ['stripe', 'success', 'pi_']);
  assert.equal((await api.balanceOf(customer)).remaining, 99);
  // The next call finds units, and buys none.
  assert.equal((await client.fetch(new URL('items/1', api.url), { headers: { 'x-api-key': apiKey } })).status, 200);
  assert.deepEqual(client.tokens, ['pm_card_visa']);
});

test('the key in Authorization stays there while the client pays', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 0 });
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await clientOf(['pm_card_visa']).fetch(new URL('items/1', api.url), { headers });
  assert.equal(response.status, 200);
});

test('after a declined card it pays the fresh challenge with another one', async () => {
  const { customer, apiKey } = await api.addCustomer({ remaining: 0 });
  const client = clientOf(['pm_card_visa_chargeDeclined', 'pm_card_visa']);
  const response = await client.fetch(new URL('items/1', api.url), { headers: { 'x-api-key': apiKey } });
  assert.equal(response.status, 200);
  assert.deepEqual(client.tokens, ['pm_card_visa_chargeDeclined', 'pm_card_visa']);
  assert.equal((await api.balanceOf(customer)).remaining, 99);
});

/**
 * What `mppx validate` says of a route. It sends its malformed credential without the headers that it was given, and so without a key:
 * who calls without one is asked for it first, and that check warns. Of 402s without credentials and of their challenges all is checked.
 */
test('mppx validate passes all that applies to an API with keys', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 0 });
  const bin = join(import.meta.dirname, 'node_modules', 'mppx', 'dist', 'bin.js');
  const args = ['validate', api.url, '--endpoint', 'GET:/items/1', '--header', `x-api-key:${apiKey}`, '--output-json'];
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const { endpoints } = JSON.parse(output.slice(output.indexOf('{')) || `{"errors":${JSON.stringify(errors)}}`);
  const results = endpoints.flatMap(({ challenge = [], errorHandling = [], ...others }) => [
    ...challenge,
    ...errorHandling,
    ...Object.values(others).flatMap((value) => (Array.isArray(value) ? value : [])),
  ]);
  const labelled = (severity) => results.filter((result) => result.severity === severity).map(({ label }) => label);
  assert.deepEqual(labelled('fail'), []);
  assert.deepEqual(labelled('warn'), ['Malformed credential returns 402']);
  for (const label of [
    'Returns 402 without credentials',
    'x402 payment challenge',
    'WWW-Authenticate header present',
    'Challenge parseable',
    'Challenge has id',
    'Challenge has realm',
    'Challenge expires in the future',
    'Realm matches server hostname',
    'Amount is valid integer string',
    'Valid currency code',
    'Has networkId',
    'Has paymentMethodTypes',
  ]) {
    assert.ok(labelled('pass').includes(label), `${label} is not among ${labelled('pass').join(', ')}`);
  }
});
