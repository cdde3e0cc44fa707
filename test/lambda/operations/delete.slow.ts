import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { Key } from '../../../lambda/adapters/dynamodb-items';
import { DynamoDbKeyImports } from '../../../lambda/adapters/dynamodb-key-imports';
import { hashApiKey } from '../../../lambda/domain/api-key';
import { operate } from '../../../lambda/operations/operate';
import type { CustomersAnswer, ImportAnswer } from '../../../lib/private/operations';
import type { DeleteAnswer } from '../../../lib/private/operations-deletion';
import { endingAfter } from '../adapters/clients';
import { request } from '../adapters/stores';
import { balance, NOW } from '../fixtures';
import { Operators } from './operators';
import { FOREIGN, itemsAbout, remove, wholeCustomer } from './whole-customer';

let operators: Operators;

beforeAll(async () => {
  operators = await Operators.open();
});

afterAll(() => operators.stores.close());

beforeEach(() => {
  operators.meanwhile = () => undefined;
  operators.arrivals.length = 0;
});

test('a deleted customer is served no more, and nothing personal is left of him', async () => {
  const { customer, apiKey, keyId, stripeCustomer, personal } = await wholeCustomer(operators);
  for (const word of personal) {
    expect(await itemsAbout(operators, word)).not.toEqual([]);
  }
  const answer = await operators.answerTo<DeleteAnswer>(remove(stripeCustomer, { reason: 'on request' }));
  expect(answer).toEqual({
    customer,
    outcome: 'deleted',
    deletedAt: '2026-11-23T12:00:00.000Z',
    stripeCustomer,
    subscription: null,
  });
  // THEN no key of his opens anything, and there is nobody to be shown or listed
  const credential = { keyId, keyHash: hashApiKey(apiKey) };
  const refused = await operators.stores.spending.spend(request(customer, { credential }), NOW);
  expect(refused).toEqual({ spent: false, balance: undefined });
  expect(await operators.refusalOf({ operation: 'customer', customer })).toBe(`there is no customer "${customer}"`);
  const { customers } = await operators.answerTo<CustomersAnswer>({ operation: 'customers', limit: 1_000 });
  expect(customers.map((listed) => listed.customer)).not.toContain(customer);
  // AND of what was known of him there are his id, his ledger, and that something was done
  expect(await itemsAbout(operators, ...personal)).toEqual([]);
  const about = (await itemsAbout(operators, customer)).map((item) => JSON.parse(item).pk.S.split('#')[0]);
  expect([...new Set(about)].sort()).toEqual(['AUDIT', 'CUSTOMER', 'LEDGER']);
  expect(await operators.dependencies.ledger.find(customer, 'grant#g1')).toMatchObject({ units: 5, state: 'applied' });
  const { client, table } = operators.stores.table;
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: Key.balance(customer) }));
  expect(Item).toEqual({ ...Key.balance(customer), deletedAt: { N: String(NOW) } });
});

test('what was done to him is known for good, without names, reasons and addresses', async () => {
  const { customer, keyId } = await wholeCustomer(operators);
  await operators.answerTo(remove(customer, { reason: 'on request' }));
  const changes = await operators.changesOf(customer);
  expect(changes.map(({ who, from, change, outcome }) => [who, from, change, outcome])).toEqual([
    ['operator bob', 'cli', { what: 'customer.created', plan: 'free' }, 'created'],
    ['operator bob', 'cli', { what: 'key.created', key: keyId }, 'added'],
    ['operator bob', 'cli', { what: 'key.imported', key: expect.any(String) }, 'added'],
    ['operator bob', 'cli', { what: 'units.granted', units: 5, id: 'g1' }, 'applied'],
    [`key ${keyId}`, 'deleted', { what: 'key.created' }, undefined],
    ['operator ada', 'cli', { what: 'customer.deleted', reason: 'on request' }, 'deleted'],
  ]);
});

test('a second time changes nothing, and is not written down', async () => {
  const { customer } = await wholeCustomer(operators);
  await operators.answerTo(remove(customer));
  const before = await itemsAbout(operators, customer);
  operators.now += 60;
  expect(await operators.answerTo(remove(customer))).toMatchObject({
    outcome: 'unchanged',
    deletedAt: '2026-11-23T12:00:00.000Z',
    stripeCustomer: null,
  });
  operators.now = NOW;
  expect(await itemsAbout(operators, customer)).toEqual(before);
});

test('somebody who never was cannot be deleted, nor by nobody', async () => {
  expect(await operators.refusalOf(remove('nobody'))).toBe('there is no customer "nobody"');
  expect(await operators.refusalOf(remove('cus_none'))).toBe('there is no customer "cus_none"');
  const customer = await operators.stores.customerWith();
  expect(await operators.refusalOf(remove(customer, { by: '' }))).toMatch(/^`by` must be one line/);
  expect(await operators.refusalOf(remove(customer, { reason: 'a\nb' }))).toMatch(/^`reason` must be one line/);
  expect(await operators.stores.balanceOf(customer)).toBeDefined();
});

test('who would go on paying is refused, with how to end it, unless it is forced', async () => {
  const { customer } = await wholeCustomer(operators, 'sub_9');
  expect(await operators.refusalOf(remove(customer))).toBe(
    `customer ${customer} would go on paying for the subscription sub_9: cancel it at Stripe first ` +
      '(in its Dashboard, or `stripe subscriptions cancel sub_9`), and delete him once ' +
      '`customers show` names none; --force deletes him here all the same',
  );
  expect(await operators.stores.balanceOf(customer)).toMatchObject({ plan: 'free' });
  const forced = await operators.answerTo(remove(customer, { force: true }));
  expect(forced).toMatchObject({ outcome: 'deleted', subscription: 'sub_9' });
});

test.each([1, 6, 12])('a run that is cut off after request %i is carried on with by the next', async (writes) => {
  const { customer, personal } = await wholeCustomer(operators);
  const mortal = operators.on(endingAfter(operators.stores.table.client, writes));
  await expect(operate(remove(customer), mortal, () => 600_000)).rejects.toThrow('the process has ended');
  expect(await operators.answerTo(remove(customer))).toMatchObject({ customer, outcome: 'deleted' });
  expect(await itemsAbout(operators, ...personal)).toEqual([]);
  expect(await operators.answerTo(remove(customer))).toMatchObject({ outcome: 'unchanged' });
});

test('what a payment writes that was under way goes too', async () => {
  const { customer, stripeCustomer } = await wholeCustomer(operators);
  const { payments } = operators.stores;
  operators.meanwhile = async () => {
    await payments.linkStripeCustomer(customer, stripeCustomer);
    await payments.entitle(customer, await payments.entitlement(customer), { revision: 9, replaced: ['sub_8'] });
    await payments.settleStanding(customer, { revision: 9, hasStep: false });
  };
  await operators.answerTo(remove(customer));
  expect(await itemsAbout(operators, stripeCustomer, 'sub_8')).toEqual([]);
  expect(await operators.stores.customers.balance(customer)).toBeUndefined();
});

test('keys that he had before, and new ones, are not let in', async () => {
  const { customer, keyId } = await wholeCustomer(operators);
  await operators.answerTo(remove(customer));
  const { keys } = operators.stores;
  const record = { keyId, name: 'again', createdAt: NOW };
  expect(await keys.add(customer, record, FOREIGN, NOW)).toBe('unknown');
  expect(await keys.addFirst(customer, record, FOREIGN)).toBe(false);
  expect(await operators.stores.customers.balance(customer)).toBeUndefined();
});

test('an old file of keys does not bring him back', async () => {
  const { customer } = await wholeCustomer(operators);
  await operators.answerTo(remove(customer));
  const rows = [{ hash: FOREIGN.toString('base64url'), name: 'server', customer }];
  expect(await operators.answerTo<ImportAnswer>({ operation: 'import', rows, by: 'bob' })).toEqual({
    rows: [{ outcome: 'refused', reason: `customer ${customer} was deleted` }],
  });
  const { client, table } = operators.stores.table;
  expect(await new DynamoDbKeyImports(client, table).find(FOREIGN)).toBeUndefined();
});

test('his surrogate keys are announced for removal', async () => {
  const { customer } = await wholeCustomer(operators);
  const { client, table } = operators.stores.table;
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: Key.balance(customer) }));
  operators.arrivals.length = 0;
  const named = { ...Item, surrogateKeys: { SS: ['Stack-pro-c-1'] } };
  await client.send(new PutItemCommand({ TableName: table, Item: named }));
  await operators.answerTo(remove(customer));
  expect(operators.arrivals).toEqual([{ customer, plan: '' }]);
});

test('a token makes its bearer a customer again, with nothing of what he had', async () => {
  const { customer } = await wholeCustomer(operators);
  await operators.answerTo(remove(customer));
  const { keys, keyExpiries, surrogateKeys, ...opening } = balance({ remaining: 50 });
  await operators.stores.spending.open(customer, opening);
  const spent = await operators.stores.spending.spend(request(customer, { credential: 'token' }), NOW);
  expect(spent).toMatchObject({ spent: true, balance: { remaining: 49, credits: 0, keys: {} } });
  // AND he can be deleted again
  expect(await operators.answerTo(remove(customer))).toMatchObject({ outcome: 'deleted' });
});

test('who comes back by a token in the meantime is there, and the operator is told', async () => {
  const { customer } = await wholeCustomer(operators);
  const { keys, keyExpiries, surrogateKeys, ...opening } = balance();
  operators.meanwhile = () => operators.stores.spending.open(customer, opening);
  expect(await operators.refusalOf(remove(customer))).toMatch(
    /has come back by a token while he was deleted: take him out/,
  );
  expect(await operators.stores.balanceOf(customer)).toMatchObject({ plan: 'free', keys: {} });
});
