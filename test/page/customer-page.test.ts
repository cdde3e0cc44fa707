import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { type PaidApi, startPaidApi } from '../e2e/paid-api';
import { payAt } from '../e2e/person';
import { StripeSide } from '../e2e/stripe-side';
import { openBrowser } from './browser';
import { pageApp } from './page-app';
import { Visit } from './visit';

jest.setTimeout(120_000);

let api: PaidApi;
let browser: Browser;
let stripe: StripeSide;
let home: string;
const visits: Visit[] = [];

beforeAll(async () => {
  browser = await openBrowser();
  api = await startPaidApi({}, pageApp);
  home = `${api.url}billing`;
  stripe = new StripeSide(api.server.stripe?.url ?? '');
});

afterEach(async () => {
  for (const one of visits.splice(0)) {
    await one.close();
  }
});

afterAll(async () => {
  await browser?.close();
  await api?.close();
});

async function visit(options?: { readonly javaScriptEnabled?: boolean }): Promise<Visit> {
  const one = await Visit.at(home, browser, options);
  visits.push(one);
  return one;
}

const get = (path: string, apiKey: string) => fetch(`${api.url}${path}`, { headers: { 'x-api-key': apiKey } });
const call = (apiKey: string) => get('forecast/oslo', apiKey);

/** Whose key it is, and how many checkouts were opened for them. */
async function checkoutsOf(apiKey: string): Promise<number> {
  const { customer } = await (await fetch(`${home}/usage`, { headers: { 'x-api-key': apiKey } })).json();
  const { data } = await stripe.api.checkout.sessions.list({ limit: 100 });
  return data.filter(({ metadata }) => metadata?.customer === customer).length;
}

/** A customer who has paid for plan pro. */
async function subscriber(): Promise<{ readonly apiKey: string; readonly subscription: string }> {
  const headers = { 'x-api-key': (await api.addCustomer()).apiKey, 'Content-Type': 'application/json' };
  const body = JSON.stringify({ plan: 'pro' });
  const { url } = await (await fetch(`${home}/checkout`, { method: 'POST', headers, body })).json();
  await payAt(url, api);
  const { data } = await stripe.api.subscriptions.list({ limit: 1 });
  return { apiKey: headers['x-api-key'], subscription: data[0]?.id ?? '' };
}

test('a new customer signs up, sees the key once, calls until 402, pays, and sees the balance', async () => {
  const one = await visit();
  expect(await one.faults('public')).toEqual([]);
  const apiKey = await one.signUp();
  expect(apiKey).toMatch(/^pw_test_\w+$/);
  expect(await one.faults('new-key')).toEqual([]);
  await one.page.reload();
  expect(await one.page.content()).not.toContain(apiKey);
  expect(await one.balance()).toBe('3 units');

  const served = await one.tryIt('/forecast/berlin');
  expect(served).toMatchObject({ status: 200, text: expect.stringContaining('"city": "berlin"') });
  expect(await one.balance()).toBe('2 units');
  expect(await one.faults('tried')).toEqual([]);
  const answers = [await one.tryIt('/forecast/oslo'), await one.tryIt('/cities'), await one.tryIt('/cities')];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 402]);
  expect(answers[2]?.text).toContain('"reason": "quota_exhausted"');
  expect(await one.sees('Your units are used up.')).toBe(true);
  expect(await one.faults('exhausted')).toEqual([]);

  await one.press('Buy 1,000 units');
  await one.page.waitForURL(/\/c\/pay\//);
  expect(await one.faults('checkout')).toEqual([]);
  await one.pay();
  expect(await one.faults('welcome')).toEqual([]);
  await one.page.getByRole('link', { name: 'Go to your account' }).click();
  expect(await one.balance()).toBe('1,000 units');
  expect((await one.tryIt('/forecast/lima')).status).toBe(200);
  expect(await one.balance()).toBe('999 units');
});

test('who rotates the key goes on with the new one, and the old one still works', async () => {
  const one = await visit();
  const old = await one.signUp();
  await one.page.getByText('Rotate', { exact: true }).first().click();
  await one.press(/^Rotate the key first key/);
  const fresh = await one.newKey();
  expect(fresh).not.toBe(old);
  expect(await one.sees(/The old one works until/)).toBe(true);
  expect(await one.faults('rotated')).toEqual([]);
  expect([(await call(old)).status, (await call(fresh)).status]).toEqual([200, 200]);

  const other = one.page.getByRole('listitem').filter({ hasNot: one.page.getByText('signed in with this') });
  await other.getByText('Revoke', { exact: true }).click();
  expect(await one.faults('about-to-revoke')).toEqual([]);
  await one.press(/^Revoke for good: the key first key/);
  expect(await one.sees('The key was revoked.')).toBe(true);
  expect((await call(fresh)).status).toBe(200);
  // What an execution environment has leased for the old key it serves for a moment yet.
  await expect(settled(async () => (await call(old)).status, 401)).resolves.toBe(401);
});

test('the last key is not revoked, and the page says what to do', async () => {
  const one = await visit();
  const key = await one.signUp();
  await one.page.getByText('Revoke', { exact: true }).first().click();
  await one.press(/^Revoke for good/);
  expect(await one.page.getByRole('alert').textContent()).toContain('This is your last key');
  expect((await call(key)).status).toBe(200);
});

test('a renewal that failed: the page says so, and leads to the invoice; once it is paid, all is well', async () => {
  const { apiKey, subscription } = await subscriber();
  await stripe.pull(`subscriptions/${subscription}/renew?outcome=failed`);
  await stripe.delivered();
  const one = await visit();
  await one.signIn(apiKey);
  expect(await one.sees(/Your last payment failed\. The API serves you until/)).toBe(true);
  expect(await one.faults('failed-renewal')).toEqual([]);
  await one.press('Pay the open invoice');
  await one.page.waitForURL(/\/i\/in_/);
  expect(await one.faults('invoice')).toEqual([]);
  await one.press(/^Pay/);
  await stripe.delivered();
  await one.open();
  expect(await one.page.getByText(/payment failed/).count()).toBe(0);
  expect(await one.balance()).toBe('10,000 units');

  await one.press('Invoices and card');
  await one.page.waitForURL(/\/p\/session\//);
  expect(await one.faults('portal')).toEqual([]);
  await one.page.getByRole('link', { name: /Back/ }).click();
  await one.page.waitForURL(home);
  expect(await one.balance()).toBe('10,000 units');
});

test('a month of use is drawn by day and by route', async () => {
  const { apiKey } = await subscriber();
  const wanted = (day: number) => (day === 11 ? 0 : 3 + ((day * 7) % 11) + (day > 20 ? 6 : 0));
  const used: [day: string, units: number][] = [];
  const now = await stripe.now();
  const midnight = now - (now % 86_400);
  for (let day = 0; day < 30; day++) {
    const date = new Date((await stripe.now()) * 1_000);
    const calls = wanted(day);
    for (let count = 1; count < calls; count++) {
      await get(count % 4 === 0 ? 'cities' : 'forecast/oslo', apiKey);
    }
    if (calls > 0) {
      // What was spent from a lease is counted with the next write.
      await stripe.advance(90);
      await get('forecast/oslo', apiKey);
      used.push([`${date.toLocaleString('en', { month: 'short', timeZone: 'UTC' })} ${date.getUTCDate()}`, calls]);
    }
    // The next morning; the last day is not over.
    await stripe.advanceTo(midnight + day * 86_400 + (day < 29 ? 120_000 : 50_000));
  }
  const one = await visit();
  await one.signIn(apiKey);
  expect(await one.faults('month')).toEqual([]);
  expect(await one.page.locator('#use .chart rect').count()).toBe(30);
  await one.page.getByText('As a table').click();
  const told = await one.rows('#use tbody tr');
  expect(told.map(([date]) => date)).toEqual(used.map(([date]) => date));
  // What a lease holds yet is counted with the call that takes more of the balance.
  for (const [index, [date, units]] of used.entries()) {
    expect([date, Math.abs(Number(told[index]?.[1]) - units) <= 2]).toEqual([date, true]);
  }
  const total = used.reduce((sum, [, units]) => sum + units, 0);
  expect(Math.abs(told.reduce((sum, [, units]) => sum + Number(units), 0) - total)).toBeLessThanOrEqual(2);
});

test('a wrong key opens nothing, and the form says so', async () => {
  const one = await visit();
  await one.signIn('pw_test_nobody');
  expect(await one.page.getByRole('alert').textContent()).toContain('This key opens nothing');
  expect(await one.page.locator('.balance').count()).toBe(0);
  expect(await one.page.content()).not.toContain('pw_test_nobody');
  expect(await one.faults('wrong-key')).toEqual([]);
});

test('a session ends after an hour, and what was clicked then is not done', async () => {
  const one = await visit();
  const key = await one.signUp();
  await stripe.advance(3_601);
  await one.press('Buy 1,000 units');
  expect(await one.page.getByRole('alert').textContent()).toContain('You are not signed in any more.');
  expect(await one.faults('session-over')).toEqual([]);
  expect(await checkoutsOf(key)).toBe(0);
  expect(await one.context.cookies()).toEqual([]);
  await one.signIn(key);
  expect(await one.balance()).toBe('3 units');
});

test('another customer’s link leads to pay for that one, and shows nothing; a form of another session does nothing', async () => {
  const [ada, bob] = [await visit(), await visit()];
  const [adasKey, bobsKey] = [await ada.signUp(), await bob.signUp()];
  for (const path of ['/cities', '/cities', '/cities']) {
    await bob.tryIt(path);
  }
  const { checkoutUrl } = await (await call(bobsKey)).json();
  await ada.page.goto(checkoutUrl);
  await ada.page.waitForURL(/\/c\/pay\//);
  expect([await checkoutsOf(adasKey), await checkoutsOf(bobsKey)]).toEqual([0, 1]);
  await ada.open();
  expect(await ada.balance()).toBe('3 units');

  const bobsToken = await bob.page.locator('input[name=token]').first().inputValue();
  const form = { action: 'make', name: 'theirs', token: bobsToken };
  const refused = await ada.page.request.post(home, { form, headers: { Accept: 'text/html' } });
  expect(refused.status()).toBe(403);
  expect(await refused.text()).toContain('This form belongs to another session.');
});

test('a double click on Pay makes one checkout, with scripts and without', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const one = await visit({ javaScriptEnabled });
    const key = await one.signUp();
    await one.page.getByRole('button', { name: 'Buy 1,000 units' }).dblclick();
    await one.page.waitForURL(/\/c\/pay\//);
    expect(await checkoutsOf(key)).toBe(1);
    await one.open();
    const form = await one.page
      .locator('form:has(input[value="1k"]) input')
      .evaluateAll((inputs) =>
        Object.fromEntries(
          inputs.map((input) => [(input as HTMLInputElement).name, (input as HTMLInputElement).value]),
        ),
      );
    const send = () => one.page.request.post(home, { form, headers: { Accept: 'text/html' } });
    const pages = await Promise.all([send(), send(), send()]);
    expect(new Set(pages.map((page) => page.headers().refresh)).size).toBe(1);
    expect(await checkoutsOf(key)).toBe(2);
  }
});

test('who goes back after paying sees the balance as it is, and has paid once', async () => {
  const one = await visit();
  const key = await one.signUp();
  await one.press('Buy 1,000 units');
  await one.pay();
  await one.page.goBack();
  expect(await one.sees('This checkout is complete.')).toBe(true);
  await one.page.goBack();
  await one.page.waitForURL((url) => url.pathname.endsWith('/billing'));
  await settled(() => one.balance(), '1,003 units');
  expect(await one.balance()).toBe('1,003 units');
  expect(await checkoutsOf(key)).toBe(1);
});

test('without scripts a newcomer buys a plan, is shown the key, comes in, and tries the API', async () => {
  const one = await visit({ javaScriptEnabled: false });
  await one.press('Start with Pro');
  await one.pay();
  const key = await one.newKey();
  expect((await call(key)).status).toBe(200);
  expect(await one.page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
  await one.page.getByRole('link', { name: 'Go to your account' }).click();
  expect(await one.balance()).toBe('9,999 units');
  await one.page.getByLabel('Path').fill('/forecast/lima');
  await one.press('Send GET');
  expect(await one.page.locator('#answer').textContent()).toContain('"lima"');
  await one.press('Sign out');
  expect(await one.sees('You are signed out.')).toBe(true);
  expect(await one.page.locator('.balance').count()).toBe(0);
});

test('a keyboard finds the content, and the first button, at once', async () => {
  const one = await visit();
  await one.page.keyboard.press('Tab');
  expect(await one.page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
  await one.page.keyboard.press('Enter');
  await one.page.keyboard.press('Tab');
  expect(await one.page.evaluate(() => document.activeElement?.textContent)).toBe('Start with Pro');
});

test('all of the page is under 60 KB compressed, asks nobody else, and is painted within a second on a slow processor', async () => {
  const one = await visit();
  await one.signUp();
  const asked: string[] = [];
  one.page.on('request', (request) => asked.push(request.url()));
  const session = await one.context.newCDPSession(one.page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await one.page.reload();
  const painted = await one.page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          const [first] = list.getEntriesByName('first-contentful-paint');
          first && resolve(first.startTime);
        }).observe({ type: 'paint', buffered: true });
      }),
  );
  const bytes = gzipSync(await one.page.content()).length;
  console.log(`${bytes} bytes compressed, first paint after ${Math.round(painted)} ms`);
  expect(bytes).toBeLessThan(60_000);
  expect(painted).toBeLessThan(1_000);
  expect(asked.filter((url) => url.startsWith('http') && !url.startsWith(home))).toEqual([]);
});

/** What is there once it has come to what is awaited, or has had ten seconds to. */
async function settled<T>(look: () => Promise<T>, awaited: T): Promise<T> {
  const end = Date.now() + 10_000;
  let last = await look();
  while (last !== awaited && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    last = await look();
  }
  return last;
}
