import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { credentialsOf } from '../../../lambda/adapters/api-gateway';
import { hashApiKey, newApiKey } from '../../../lambda/domain/api-key';
import { API_KEYS, callerOf } from '../../../lambda/domain/identity';
import { importedIdentity } from '../../../lambda/domain/imported-keys';
import { NOW } from '../fixtures';

const FOREIGN = 'made-by-api-gateway-0001';

let asked: string[];

const imported = importedIdentity(
  {
    find: async (hash) => {
      asked.push(Buffer.from(hash).toString('hex'));
      const isKnown = Buffer.compare(hash, hashApiKey(FOREIGN)) === 0;
      return isKnown ? { customer: 'customer1', keyId: 'key001' } : undefined;
    },
  },
  () => NOW,
);

beforeEach(() => {
  asked = [];
});

function caller(headers: Record<string, string>, accepts = true) {
  const event = { headers } as unknown as APIGatewayRequestAuthorizerEvent;
  return callerOf(accepts ? [API_KEYS, imported] : [API_KEYS], credentialsOf(event));
}

test('a key of our own names its customer, without a look-up', async () => {
  const { text, key } = newApiKey('test', 'abcdefghij1234');
  const expected = { customer: key.customer, credential: { keyId: key.keyId, keyHash: hashApiKey(text) } };
  expect(await caller({ 'X-Api-Key': text })).toEqual(expected);
  expect(await caller({ Authorization: `Bearer ${text}` })).toEqual(expected);
  expect(asked).toEqual([]);
});

test('a key that was made elsewhere is looked up, where such keys are accepted', async () => {
  const credential = { keyId: 'key001', keyHash: hashApiKey(FOREIGN) };
  expect(await caller({ 'x-api-key': FOREIGN })).toEqual({ customer: 'customer1', credential });
  expect(await caller({ 'x-api-key': 'made-by-nobody-at-all-01' })).toBeUndefined();
  expect(asked).toHaveLength(2);
  expect(await caller({ 'x-api-key': FOREIGN }, false)).toBeUndefined();
  expect(asked).toHaveLength(2);
});

test.each([
  ['it comes as a bearer token', { Authorization: `Bearer ${FOREIGN}` }],
  ['it cannot be one', { 'x-api-key': 'short' }],
  [
    'it is one of ours with a typing error',
    { 'x-api-key': `${newApiKey('test', 'abcdefghij1234').text.slice(0, -1)}-` },
  ],
  ['there is none', {}],
])('it is not looked up where %s', async (_, headers) => {
  expect(await caller(headers)).toBeUndefined();
  expect(asked).toEqual([]);
});
