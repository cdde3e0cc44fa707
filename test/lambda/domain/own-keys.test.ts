import { type OwnKeysDependencies, settleIn } from '../../../lambda/domain/own-keys';
import { laneOf, ownKeyOf, surrogateKeyOf } from '../../../lambda/domain/surrogate-key';
import { balance, CATALOGUE, plan } from '../fixtures';

const PREFIX = 'Stack-1234';
const own = (id: string) => ownKeyOf(PREFIX, id, 'c1');

let customer: { plan: string; surrogateKeys: string[] } | undefined;
let keys: Set<string>;
let room: number;
let ceilings: number;
let dependencies: OwnKeysDependencies;

beforeEach(() => {
  customer = { plan: 'pro', surrogateKeys: [] };
  [keys, room, ceilings] = [new Set(), 100, 0];
  dependencies = {
    store: {
      find: async () => customer && { ...customer },
      add: async (_, value) => {
        customer?.surrogateKeys.push(value);
      },
      drop: async (_, value, of) => {
        if (customer === undefined || customer.plan === of) {
          return false;
        }
        customer.surrogateKeys = customer.surrogateKeys.filter((key) => key !== value);
        return true;
      },
    },
    keys: {
      make: async (value) => {
        if (keys.size >= room && !keys.has(value)) {
          return 'ceiling';
        }
        keys.add(value);
        return 'made';
      },
      remove: async (value) => {
        keys.delete(value);
      },
    },
    catalogue: {
      ...CATALOGUE,
      plans: CATALOGUE.plans.map((entry) => ({ ...entry, ownThrottle: entry.id !== 'free' })),
    },
    prefix: PREFIX,
    onCeiling: () => {
      ceilings++;
    },
  };
});

const arrive = (at: string) => settleIn({ customer: 'c1', plan: at }, dependencies);

test('who comes to a plan gets a key of his own, and the balance names it', async () => {
  await arrive('pro');
  expect([...keys]).toEqual([own('pro')]);
  expect(customer?.surrogateKeys).toEqual([own('pro')]);
});

test('who moves on gets another, and the first is taken away', async () => {
  customer = { plan: 'max', surrogateKeys: [own('pro')] };
  keys.add(own('pro'));
  await arrive('max');
  expect([...keys]).toEqual([own('max')]);
  expect(customer.surrogateKeys).toEqual([own('max')]);
});

test('who falls back to a plan without such keys keeps none', async () => {
  customer = { plan: 'free', surrogateKeys: [own('pro')] };
  keys.add(own('pro'));
  await arrive('free');
  expect([keys.size, customer.surrogateKeys.length]).toEqual([0, 0]);
});

test('an arrival that is no longer true changes nothing: the next one is on its way', async () => {
  customer = { plan: 'max', surrogateKeys: [own('pro')] };
  keys.add(own('pro'));
  await arrive('pro');
  expect([[...keys], customer.surrogateKeys]).toEqual([[own('pro')], [own('pro')]]);
});

test('who is back on the plan while its key is taken away keeps it', async () => {
  customer = { plan: 'max', surrogateKeys: [own('pro')] };
  keys.add(own('pro'));
  const { store } = dependencies;
  const add: typeof store.add = async (id, value) => {
    await store.add(id, value);
    (customer as { plan: string }).plan = 'pro';
  };
  await settleIn({ customer: 'c1', plan: 'max' }, { ...dependencies, store: { ...store, add } });
  expect(keys.has(own('pro'))).toBe(true);
  expect(customer.surrogateKeys).toContain(own('pro'));
});

test('the key of his plan, and keys that the balance does not name, are left alone', async () => {
  customer = { plan: 'pro', surrogateKeys: [own('pro')] };
  const dropped: string[] = [];
  const drop: OwnKeysDependencies['store']['drop'] = async (_, value) => {
    dropped.push(value);
    return true;
  };
  await settleIn({ customer: 'c1', plan: 'pro' }, { ...dependencies, store: { ...dependencies.store, drop } });
  expect(dropped).toHaveLength(0);
  expect(keys.has(own('pro'))).toBe(true);
});

test('where the Region is full he stays in a lane, and it is counted', async () => {
  room = 0;
  await arrive('pro');
  expect([[...keys], customer?.surrogateKeys, ceilings]).toEqual([[], [], 1]);
});

test('what was removed by hand is made again', async () => {
  customer = { plan: 'pro', surrogateKeys: [own('pro')] };
  await arrive('pro');
  expect([...keys]).toEqual([own('pro')]);
});

test('of a customer that is gone, nothing is made', async () => {
  customer = undefined;
  await arrive('pro');
  expect([...keys]).toEqual([]);
});

test('a plan that is sold no more gives no key', async () => {
  customer = { plan: 'gone', surrogateKeys: [] };
  await arrive('gone');
  expect([...keys]).toEqual([]);
});

test('a call is throttled by the key of the customer’s plan, if it is there, and else by a lane', () => {
  const pro = plan('pro', 1_000);
  const lane = `${PREFIX}-pro-${laneOf('c1', 4)}`;
  expect(surrogateKeyOf(PREFIX, pro, 'c1', balance())).toBe(lane);
  expect(surrogateKeyOf(PREFIX, pro, 'c1', balance({ surrogateKeys: [own('max')] }))).toBe(lane);
  expect(surrogateKeyOf(PREFIX, pro, 'c1', balance({ surrogateKeys: [own('max'), own('pro')] }))).toBe(own('pro'));
});
