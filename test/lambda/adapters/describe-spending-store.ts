import { type Balance, creditsLeft } from '../../../lambda/domain/balance';
import { type ChargeRequest, charge, type SpendingStore } from '../../../lambda/domain/charge';
import { balance, CATALOGUE, NOW, plan } from '../fixtures';

const NEXT = NOW + 30 * 86_400;
const UNLIMITED = { ...CATALOGUE, plans: [...CATALOGUE.plans, plan('open', undefined, 'unlimited')] };

/** A store, and what a test needs to look into it from outside. */
export interface SpendingStoreUnderTest {
  readonly store: SpendingStore;
  /** Makes a customer of that balance, and gives his id. */
  put(balance: Balance): Promise<string>;
  balanceOf(customer: string): Promise<Balance | undefined>;
}

/** What every `SpendingStore` promises: the one over DynamoDB, the one in memory, and any that stands in front of another. */
export function describeSpendingStore(name: string, open: () => SpendingStoreUnderTest): void {
  describe(`spending from ${name}`, () => {
    let { store, put, balanceOf }: SpendingStoreUnderTest = {} as SpendingStoreUnderTest;

    beforeEach(() => {
      ({ store, put, balanceOf } = open());
    });

    const customerWith = (overrides: Partial<Balance> = {}) => put(balance(overrides));

    function request(customer: string, overrides: Partial<ChargeRequest> = {}): ChargeRequest {
      return { customer, credential: { keyId: 'key001', keyHash: new Uint8Array(32).fill(1) }, cost: 1, ...overrides };
    }

    test('takes the cost, and answers with what is left', async () => {
      const customer = await customerWith();
      const outcome = await store.spend(request(customer, { cost: 5 }), NOW);
      expect(outcome).toMatchObject({ spent: true, balance: { ...balance(), remaining: 45 } });
    });

    test('a key that expires later is served, and so is whoever a token names', async () => {
      const customer = await customerWith({ keyExpiries: { key001: NOW + 1 } });
      expect(await store.spend(request(customer), NOW)).toMatchObject({ spent: true });
      expect(await store.spend(request(customer, { credential: 'token' }), NOW)).toMatchObject({ spent: true });
      expect(await store.spend(request('nobody', { credential: 'token' }), NOW)).toEqual({ spent: false });
    });

    test('takes all that is left, and a cost of nothing from nothing', async () => {
      const customer = await customerWith();
      expect(await store.spend(request(customer, { cost: 50 }), NOW)).toMatchObject({ spent: true });
      expect(await store.spend(request(customer, { cost: 0 }), NOW)).toMatchObject({ spent: true });
      expect((await balanceOf(customer))?.remaining).toBe(0);
    });

    test.each<[string, Partial<Balance>, Partial<ChargeRequest>]>([
      [
        'a key that is none of the customer',
        {},
        { credential: { keyId: 'key002', keyHash: new Uint8Array(32).fill(1) } },
      ],
      ['a wrong secret', {}, { credential: { keyId: 'key001', keyHash: new Uint8Array(32) } }],
      ['a key that has expired', { keyExpiries: { key001: NOW } }, {}],
      ['too little left', { remaining: 1 }, { cost: 2 }],
      ['a period that is over', { periodEnd: NOW }, {}],
      ['a suspended customer', { standing: 'suspended' }, {}],
      ['a plan without the route', {}, { plans: ['pro', 'max'] }],
      ['a time of grace that is over', { standing: 'grace', graceEndsAt: NOW }, {}],
    ])('changes nothing for %s, and answers with the balance', async (_, overrides, wanted) => {
      const customer = await customerWith(overrides);
      const before = await balanceOf(customer);
      expect(before).toEqual(balance(overrides));
      expect(await store.spend(request(customer, wanted), NOW)).toEqual({ spent: false, balance: before });
      expect(await balanceOf(customer)).toEqual(before);
    });

    test('makes no balance of a customer that there is none of', async () => {
      expect(await store.spend(request('nobody'), NOW)).toEqual({ spent: false, balance: undefined });
      await store.rollOver('nobody', NOW, 50, NEXT);
      expect(await balanceOf('nobody')).toBeUndefined();
    });

    test('serves a plan that includes the route', async () => {
      const customer = await customerWith();
      expect(await store.spend(request(customer, { plans: ['pro', 'free'] }), NOW)).toMatchObject({ spent: true });
    });

    test('serves a time of grace until it ends', async () => {
      const customer = await customerWith({ standing: 'grace', graceEndsAt: NOW + 10 });
      expect(await store.spend(request(customer), NOW + 9)).toMatchObject({ spent: true });
      expect(await store.spend(request(customer), NOW + 10)).toMatchObject({ spent: false });
    });

    test('200 calls at once of a quota of 50: exactly 50 are granted', async () => {
      const customer = await customerWith();
      const calls = Array.from({ length: 200 }, () => charge(store, CATALOGUE, request(customer), () => NOW));
      const decisions = await Promise.all(calls);
      expect(decisions.filter(({ kind }) => kind === 'granted')).toHaveLength(50);
      expect(decisions.filter(({ kind }) => kind === 'payment_required')).toHaveLength(150);
      expect((await balanceOf(customer))?.remaining).toBe(0);
    });

    test('a period that many calls roll over at once is rolled over once', async () => {
      const customer = await customerWith({ remaining: 7, periodEnd: NOW });
      const calls = Array.from({ length: 20 }, () => charge(store, CATALOGUE, request(customer), () => NOW));
      expect((await Promise.all(calls)).every(({ kind }) => kind === 'granted')).toBe(true);
      expect((await balanceOf(customer))?.remaining).toBe(30);
    });

    test.each([
      ['unspent units of the plan', { remaining: 130, credits: 100 }, { remaining: 150, credits: 100 }],
      ['some bought units spent', { remaining: 70, credits: 100 }, { remaining: 120, credits: 70 }],
      ['nothing left', { remaining: 0, credits: 100 }, { remaining: 50, credits: 0 }],
      ['nothing but bought units', { remaining: 100, credits: 100 }, { remaining: 150, credits: 100 }],
    ])('rolls over %s, once', async (_, before, after) => {
      const customer = await customerWith({ ...before, periodEnd: NOW });
      await store.rollOver(customer, NOW, 50, NEXT);
      await store.rollOver(customer, NOW, 50, NEXT + 1);
      expect(await balanceOf(customer)).toEqual(balance({ ...after, periodStart: NOW, periodEnd: NEXT }));
    });

    test('rolls over no period but the one that is named', async () => {
      const customer = await customerWith();
      await store.rollOver(customer, NOW, 9, NEXT);
      expect(await balanceOf(customer)).toEqual(balance());
    });

    test('a plan without a limit serves any cost, and leaves bought units alone, over the end of a period as well', async () => {
      const customer = await customerWith({ plan: 'open', remaining: 100, credits: 100, periodEnd: NOW });
      for (const now of [NOW, NOW, NEXT, NEXT]) {
        const call = request(customer, { cost: 1_000_000 });
        expect(await charge(store, UNLIMITED, call, () => now)).toMatchObject({ kind: 'granted' });
      }
      const after = await balanceOf(customer);
      expect(after && creditsLeft(after)).toBe(100);
    });

    test('a plan that has lost its limit refuses nobody who has used up what he had under it', async () => {
      const customer = await customerWith({ plan: 'open', remaining: 0, credits: 0 });
      const calls = Array.from({ length: 20 }, () => charge(store, UNLIMITED, request(customer), () => NOW));
      expect((await Promise.all(calls)).every(({ kind }) => kind === 'granted')).toBe(true);
    });

    test.each<[string, Partial<Balance>, Partial<ChargeRequest>, string]>([
      ['a wrong key', {}, { credential: { keyId: 'key002', keyHash: new Uint8Array(32).fill(1) } }, 'unauthorized'],
      ['a suspended customer', { standing: 'suspended' }, {}, 'suspended'],
      ['a payment that is owed', { standing: 'grace', graceEndsAt: NOW }, {}, 'payment_required'],
      ['a route of other plans', {}, { plans: ['pro'] }, 'payment_required'],
    ])('a plan without a limit is still refused for %s', async (_, overrides, wanted, kind) => {
      const customer = await customerWith({ plan: 'open', periodEnd: NOW, ...overrides });
      expect(await charge(store, UNLIMITED, request(customer, wanted), () => NOW)).toMatchObject({ kind });
    });
  });
}
