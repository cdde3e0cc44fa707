import { hashApiKey, newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import { API_KEYS, type Caller, callerOf, type Identity } from '../../../lambda/domain/identity';

const customer = newCustomerId();
const { text: apiKey, key } = newApiKey('test', customer);

function tokensOf(prefix: string, caller: Caller | 'refused', asked: string[] = []): Identity {
  return {
    recognise: async ({ bearer }) => {
      asked.push(prefix);
      return bearer?.startsWith(prefix) === true ? caller : undefined;
    },
  };
}

const ofToken: Caller = { customer: 'tokens-customer', credential: 'token' };
const ofKey: Caller = { customer, credential: { keyId: key.keyId, keyHash: hashApiKey(apiKey) } };

test('a key is known by itself', async () => {
  expect(await callerOf([API_KEYS], { apiKey })).toEqual(ofKey);
});

test.each([{}, { apiKey: 'noise' }, { apiKey: `${apiKey}x` }, { bearer: apiKey }])(
  'nobody is known by %j',
  async (sent) => {
    expect(await callerOf([API_KEYS], sent)).toBeUndefined();
  },
);

test('the first identity counts that the credential is of the kind of', async () => {
  const both = { apiKey, bearer: 'a.b.c' };
  expect(await callerOf([API_KEYS, tokensOf('a.', ofToken)], both)).toEqual(ofKey);
  expect(await callerOf([tokensOf('a.', ofToken), API_KEYS], both)).toEqual(ofToken);
});

test('one whose kind it is not leaves it to the next', async () => {
  const sent = { apiKey: 'noise', bearer: 'a.b.c' };
  expect(await callerOf([API_KEYS, tokensOf('x.', 'refused'), tokensOf('a.', ofToken)], sent)).toEqual(ofToken);
});

test('what the right one refuses is refused, and asked of nobody else', async () => {
  const asked: string[] = [];
  const sent = { apiKey, bearer: 'a.b.c' };
  expect(await callerOf([tokensOf('a.', 'refused'), tokensOf('b.', ofToken, asked), API_KEYS], sent)).toBeUndefined();
  expect(asked).toEqual([]);
});
