import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startGateway } from './paid-api.mjs';

const api = await startGateway();

test('a plain client follows the link of the 402 to a page where it is paid', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 0 });
  const refused = await fetch(new URL('items/1', api.url), { headers: { 'x-api-key': apiKey } });
  assert.equal(refused.status, 402);
  const [, link] = /^<([^>]+)>; rel="payment"$/.exec(refused.headers.get('link') ?? '') ?? [];
  const page = await fetch(link, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 200);
  assert.match(await page.text(), /Pay/);
});
