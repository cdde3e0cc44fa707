import fc from 'fast-check';
import { ImportedKeys, isImportable, type KeyOwner } from '../../../lambda/domain/imported-keys';
import { noise } from '../../support/noise';
import { NOW } from '../fixtures';

const OWNER: KeyOwner = { customer: 'customer1', keyId: 'key001' };
const hash = (value: number) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');

let owners: Map<string, KeyOwner>;
let lookUps: number;
let keys: ImportedKeys;

beforeEach(() => {
  [owners, lookUps] = [new Map([[hash(1).toString('hex'), OWNER]]), 0];
  keys = new ImportedKeys({
    find: async (sought) => {
      lookUps++;
      return owners.get(Buffer.from(sought).toString('hex'));
    },
  });
});

test('an owner is looked up once, and judged by the hash at every call', async () => {
  const found = { customer: 'customer1', credential: { keyId: 'key001', keyHash: hash(1) } };
  expect(await keys.find(hash(1), NOW)).toEqual(found);
  expect(await keys.find(hash(1), NOW + 86_400)).toEqual(found);
  expect(lookUps).toBe(1);
});

test('a key that nobody has costs one look-up, and is asked for again ten seconds later', async () => {
  expect(await keys.find(hash(2), NOW)).toBeUndefined();
  owners.set(hash(2).toString('hex'), OWNER);
  expect(await keys.find(hash(2), NOW + 9)).toBeUndefined();
  expect(lookUps).toBe(1);
  expect(await keys.find(hash(2), NOW + 10)).toMatchObject({ customer: 'customer1' });
});

test('who hammers with a key that nobody has does not put off when it is asked for again', async () => {
  for (let second = 0; second < 10; second++) {
    await keys.find(hash(2), NOW + second);
  }
  owners.set(hash(2).toString('hex'), OWNER);
  expect(await keys.find(hash(2), NOW + 10)).toMatchObject({ customer: 'customer1' });
  expect(lookUps).toBe(2);
});

test('a flood of made-up keys is forgotten, and crowds no owner out', async () => {
  await keys.find(hash(1), NOW);
  for (let key = 2; key < 20_010; key++) {
    await keys.find(hash(key), NOW);
  }
  const before = lookUps;
  await keys.find(hash(1), NOW);
  expect(lookUps).toBe(before);
  await keys.find(hash(2), NOW);
  expect(lookUps).toBe(before + 1);
});

test('a directory that fails says nothing of the key', async () => {
  let fails = true;
  const failing = new ImportedKeys({
    find: async () => {
      if (fails) {
        throw new Error('throttled');
      }
      return OWNER;
    },
  });
  await expect(failing.find(hash(1), NOW)).rejects.toThrow('throttled');
  fails = false;
  expect(await failing.find(hash(1), NOW)).toMatchObject({ customer: 'customer1' });
});

test('what API Gateway would take as a key can be one, and nothing else', () => {
  expect(isImportable('x'.repeat(20))).toBe(true);
  fc.assert(
    fc.property(noise(300), (text) => {
      expect(isImportable(text)).toBe(
        text.length >= 20 && text.length <= 128 && [...text].every((c) => c > ' ' && c < '\x7f'),
      );
    }),
  );
});
