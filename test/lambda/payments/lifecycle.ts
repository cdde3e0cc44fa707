import { setImmediate as turn } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import type Stripe from 'stripe';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { patientItems } from '../../../lambda/adapters/sdk-item-updates';
import type { PaymentDependencies } from '../../../lambda/payments/dependencies';
import { processEvent } from '../../../lambda/payments/process';
import { NOW } from '../fixtures';
import { again } from './events';
import { type Line, PaymentsUnderTest } from './harness';
import type { StripeAccount } from './stripe-account';

const UNITS: Readonly<Record<string, number>> = { free: 50, pro: 1_000, max: 9_000 };

/** What can happen at Stripe; where it cannot happen now, nothing does. */
const STEPS = {
  buyPack: (account: StripeAccount, size: number) => account.buyPack(size + 1, 100),
  debitPack: (account: StripeAccount, size: number) => account.debitPack(size + 1, 100),
  payPack: (account: StripeAccount, size: number) => account.payPack(size + 1, 100),
  refund: (account: StripeAccount, size: number) => {
    const [charge] = account.undisputed;
    return charge !== undefined && account.refund(charge, size % 2 === 0 ? 100 : 30);
  },
  failRefund: (account: StripeAccount) => account.refunded !== undefined && account.failRefund(account.refunded),
  dispute: (account: StripeAccount) => {
    const charge = account.undisputed.at(-1);
    return charge !== undefined && account.openDispute(charge, 100);
  },
  closeDispute: (account: StripeAccount, size: number) => {
    const [dispute] = account.openDisputes;
    return dispute !== undefined && account.closeDispute(dispute, size % 2 === 0 ? 'won' : 'lost');
  },
  subscribe: (account: StripeAccount, size: number) => account.subscribe(size % 2 === 0 ? 'pro' : 'max'),
  changePlan: (account: StripeAccount, size: number) =>
    account.current !== undefined && account.changePlan(account.current.id, size % 2 === 0 ? 'pro' : 'max'),
  failRenewal: (account: StripeAccount) => account.current !== undefined && account.failRenewal(account.current.id),
  recover: (account: StripeAccount) => account.current !== undefined && account.recover(account.current.id),
  cancel: (account: StripeAccount) => account.current !== undefined && account.endSubscription(account.current.id),
  deleteCustomer: (account: StripeAccount) => account.deleteCustomer(),
};

const step = fc.record({
  what: fc.constantFrom(...(Object.keys(STEPS) as (keyof typeof STEPS)[])),
  size: fc.nat({ max: 99 }),
});

/** What Stripe's objects imply for who has spent nothing: of several subscriptions the youngest is in force. */
function impliedBy(account: StripeAccount) {
  const plan = account.current?.items.data[0]?.price.id.slice('price_'.length) ?? 'free';
  const standing = account.current?.status === 'past_due' ? 'grace' : 'active';
  return { plan, standing, bought: account.bought, included: UNITS[plan] };
}

/** A customer who has bought something: without that there is nobody. */
function newcomer(): PaymentsUnderTest {
  const payments = new PaymentsUnderTest();
  payments.account.buyPack(10, 100);
  return payments;
}

/** All of them, in their order, as the reconciler brings them; and those that come of it. */
async function reconcile({ account }: PaymentsUnderTest, dependencies: PaymentDependencies): Promise<void> {
  for (let index = 0; index < account.events.length; index++) {
    await processEvent(account.events[index] as Stripe.Event, dependencies);
  }
}

/** The same, over a store whose calls take turns as `seed` has it, so that runs at once overtake each other. */
function jittered(payments: PaymentsUnderTest, seed: number): PaymentDependencies {
  const { client, table } = payments.table;
  let state = seed + 1;
  const send = async (command: Parameters<DynamoDBClient['send']>[0]) => {
    state = (state * 48_271) % 2_147_483_647;
    for (let left = state % 4; left > 0; left--) {
      await turn();
    }
    return client.send(command);
  };
  const store = new DynamoDbPaymentStore(patientItems({ send } as unknown as DynamoDBClient), table, () => NOW);
  return { ...payments.dependencies, store };
}

/** That the lines tell one change after the other, from where the customer began to where he is; and the plans that they tell. */
function checkChain(lines: readonly Line[], plan: string): (string | undefined)[] {
  const numberOf = ({ id }: Line) => Number(/#change#(\d+)$/.exec(id)?.[1]);
  const chain = [...lines].sort((left, right) => numberOf(left) - numberOf(right));
  expect(chain.map(({ state }) => state)).toEqual(chain.map(() => 'applied'));
  expect(chain.map(({ from }) => from)).toEqual(['free', ...chain.map((line) => line.plan)].slice(0, chain.length));
  expect(chain.at(-1)?.plan ?? 'free').toBe(plan);
  return chain.map((line) => line.plan);
}

/**
 * Events that are lost, late, doubled and out of order end where Stripe's objects are, once all have come; and the ledger tells how.
 *
 * @param runs how many lives of a customer are tried
 */
export async function checkAnyOrder(runs: number): Promise<void> {
  const delivery = fc.record({ afterStep: fc.nat({ max: 9 }), event: fc.nat() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 10 }),
      fc.array(delivery, { maxLength: 14 }),
      fc.nat(),
      async (steps, deliveries, seed) => {
        const payments = newcomer();
        const { account } = payments;
        const overtaking = jittered(payments, seed);
        for (const [index, { what, size }] of steps.entries()) {
          STEPS[what](account, size);
          const events = deliveries
            .filter(({ afterStep }) => afterStep === index)
            .map(({ event }) => account.events[event % account.events.length] as Stripe.Event);
          // Stripe sends again what was not taken.
          await Promise.all(events.map((event) => processEvent(event, overtaking).catch(() => undefined)));
        }
        for (const _ of ['once', 'and again']) {
          await reconcile(payments, payments.dependencies);
          expect(await payments.state()).toEqual(impliedBy(account));
          checkChain(await payments.ledger('plan'), impliedBy(account).plan);
        }
      },
    ),
    { numRuns: runs },
  );
}

/**
 * Changes between the plans of one subscription that are each told of before the next, however often, at once and in whatever order,
 * are a line of the ledger each; those that are told of late are what has come of them. None adds a unit to what the largest has.
 */
export async function checkEveryChange(runs: number): Promise<void> {
  const change = fc.record({
    plan: fc.constantFrom('pro', 'max'),
    told: fc.boolean(),
    spent: fc.nat({ max: 3_000 }),
    // Which of all events so far come once more, at the same time.
    others: fc.array(fc.nat(), { maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 8 }), fc.nat(), async (changes, seed) => {
      const payments = newcomer();
      const { account, dependencies } = payments;
      const id = account.subscribe('pro');
      await reconcile(payments, dependencies);
      const overtaking = jittered(payments, seed);
      const noticed = ['pro'];
      let spent = 0;
      for (const { plan, told, spent: cost, others } of changes) {
        const affordable = Math.min(cost, (await payments.state())?.included ?? 0);
        await payments.spend(affordable);
        spent += affordable;
        account.changePlan(id, plan);
        if (told) {
          const late = others.map((index) => again(account.events[index % account.events.length] as Stripe.Event));
          const all = [...late, account.events.at(-1) as Stripe.Event, ...late];
          await Promise.all(all.map((event) => processEvent(event, overtaking)));
          if (noticed.at(-1) !== plan) {
            noticed.push(plan);
          }
        }
      }
      await reconcile(payments, dependencies);
      const last = impliedBy(account).plan;
      const expected = noticed.at(-1) === last ? noticed : [...noticed, last];
      expect(checkChain(await payments.ledger('plan'), last)).toEqual(expected);
      const included = (await payments.state())?.included ?? 0;
      expect(included).toBe(Math.max(0, (UNITS[last] ?? 0) - spent));
    }),
    { numRuns: runs },
  );
}
