import { IssuerKeys } from '../../../../lambda/adapters/tokens/issuer-keys';
import { IssuerUnavailableError } from '../../../../lambda/domain/identity';
import { signingKey } from '../../../support/issuer';

const first = signingKey('first');
const second = signingKey('second');

let time: number;
let published: unknown;
let away: boolean;
let requests: number;
let keys: IssuerKeys;

beforeEach(() => {
  [time, published, away, requests] = [1_000_000, { keys: [first.jwk] }, false, 0];
  keys = new IssuerKeys({
    uri: 'https://idp.example.com/keys',
    fetchJson: async () => {
      requests++;
      if (away) {
        throw new Error('timed out');
      }
      return published;
    },
    milliseconds: () => time,
  });
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('an issuer is asked once, by as many callers as come', async () => {
  const found = await Promise.all(Array.from({ length: 50 }, () => keys.find('first')));
  expect(found.every((jwk) => jwk?.kid === 'first')).toBe(true);
  expect(requests).toBe(1);
});

test('a key that the issuer has got since is found', async () => {
  await keys.find('first');
  published = { keys: [first.jwk, second.jwk] };
  time += 10_000;
  expect(await keys.find('second')).toMatchObject({ kid: 'second' });
});

test('a flood of unknown keys asks the issuer once in ten seconds, and is in nobody’s way', async () => {
  for (let calls = 0; calls < 1_000; calls++) {
    time += 20;
    expect(await keys.find(`made-up-${calls}`)).toBeUndefined();
    expect(await keys.find('first')).toMatchObject({ kid: 'first' });
  }
  expect(requests).toBeLessThanOrEqual(2 + 20_000 / 10_000);
});

test('keys that are known go on counting while the issuer is away', async () => {
  await keys.find('first');
  away = true;
  for (let hours = 1; hours <= 48; hours++) {
    time += 3_600_000;
    expect(await keys.find('first')).toMatchObject({ kid: 'first' });
    await settled();
  }
  expect(requests).toBe(1 + 48);
});

test('whether there is an unknown key cannot be told while the issuer is away', async () => {
  await keys.find('first');
  away = true;
  time += 10_000;
  await expect(keys.find('second')).rejects.toThrow(IssuerUnavailableError);
  await expect(keys.find('second')).rejects.toThrow('could not be had');
  expect(await keys.find('first')).toMatchObject({ kid: 'first' });
  expect(requests).toBe(2);
});

test('while the issuer has never answered, callers are made to wait for it once in two seconds', async () => {
  away = true;
  for (let calls = 0; calls < 10; calls++) {
    await expect(keys.find('first')).rejects.toThrow('the keys at https://idp.example.com/keys could not be had');
  }
  expect(requests).toBe(1);
  away = false;
  await expect(keys.find('first')).rejects.toThrow(IssuerUnavailableError);
  time += 2_000;
  expect(await keys.find('first')).toMatchObject({ kid: 'first' });
});

test('what was begun before the first call, and ended in nothing, is begun again by that', async () => {
  away = true;
  keys.open();
  const found = keys.find('first');
  away = false;
  expect(await found).toMatchObject({ kid: 'first' });
  expect(requests).toBe(2);
});

test('a key that the issuer has withdrawn ends to count an hour later, for the call after', async () => {
  await keys.find('first');
  published = { keys: [second.jwk] };
  time += 3_599_999;
  expect(await keys.find('first')).toMatchObject({ kid: 'first' });
  expect(requests).toBe(1);
  time += 1;
  expect(await keys.find('first')).toMatchObject({ kid: 'first' });
  await settled();
  expect(await keys.find('first')).toBeUndefined();
});

test('a key that comes anew under an old id takes its place', async () => {
  const before = keys.toKeyObject((await keys.find('first')) ?? { kty: '' });
  published = { keys: [{ ...second.jwk, kid: 'first' }] };
  time += 3_600_000;
  await keys.find('first');
  await settled();
  const after = keys.toKeyObject((await keys.find('first')) ?? { kty: '' });
  expect(after.equals(before)).toBe(false);
});

test('a clock that is set back stops nothing', async () => {
  await keys.find('first');
  time -= 3_600_000;
  published = { keys: [second.jwk] };
  expect(await keys.find('first')).toMatchObject({ kid: 'first' });
  expect(await keys.find('second')).toMatchObject({ kid: 'second' });
});

test.each([null, 'text', [], {}, { keys: 'text' }, { keys: [{}] }, { keys: [{ kty: 7 }] }])(
  'an answer of %j is none',
  async (answer) => {
    published = answer;
    await expect(keys.find('first')).rejects.toThrow(IssuerUnavailableError);
  },
);
