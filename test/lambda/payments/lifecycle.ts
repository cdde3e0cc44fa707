import fc from 'fast-check';
import type Stripe from 'stripe';
import { DynamoDbCustomerStore } from '../../../lambda/adapters/dynamodb-customer-store';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { creditsLeft, includedLeft } from '../../../lambda/domain/balance';
import type { PaymentDependencies } from '../../../lambda/payments/dependencies';
import { processEvent } from '../../../lambda/payments/process';
import { endingAfter } from '../adapters/clients';
import type { TestTable } from '../adapters/table';
import { CATALOGUE, NOW } from '../fixtures';
import { StripeAccount } from './stripe-account';

let customers = 0;

const UNITS = { free: 50, pro: 1_000, max: 9_000 } as const;

/** What can happen at Stripe; where it cannot happen now, nothing does. */
const STEPS = {
  buyPack: (account: StripeAccount, size: number) => account.buyPack(size + 1, 100),
  refund: (account: StripeAccount, size: number) => {
    const [charge] = account.undisputed;
    return charge !== undefined && account.refund(charge, size % 2 === 0 ? 100 : 30);
  },
  failRefund: (account: StripeAccount) => account.refunded !== undefined && account.failRefund(account.refunded, 0),
  dispute: (account: StripeAccount) => {
    const charge = account.undisputed.at(-1);
    return charge !== undefined && account.openDispute(charge, 100);
  },
  closeDispute: (account: StripeAccount, size: number) => {
    const [dispute] = account.openDisputes;
    return dispute !== undefined && account.closeDispute(dispute, size % 2 === 0 ? 'won' : 'lost');
  },
  subscribe: (account: StripeAccount, size: number) =>
    account.current === undefined && account.subscribe(size % 2 === 0 ? 'pro' : 'max'),
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

function dependenciesOf({ client, table }: TestTable, account: StripeAccount): PaymentDependencies {
  return {
    store: new DynamoDbPaymentStore(client, table, () => NOW),
    subscriptions: account,
    charges: account,
    catalogue: CATALOGUE,
    paywallId: 'Paywall-1',
    clock: () => NOW,
    newLinkSecret: () => new Uint8Array(16),
  };
}

async function stateOf({ client, table }: TestTable, customer: string) {
  const balance = await new DynamoDbCustomerStore(client, table).balance(customer);
  if (balance === undefined) {
    return undefined;
  }
  const { plan, standing, owed } = balance;
  return { plan, standing, bought: creditsLeft(balance) - owed, included: includedLeft(balance) };
}

/** What Stripe's objects imply. */
function impliedBy(account: StripeAccount) {
  const plan = (account.current?.metadata.plan ?? 'free') as keyof typeof UNITS;
  const standing = account.current?.status === 'past_due' ? 'grace' : 'active';
  return { plan, standing, bought: account.bought, included: UNITS[plan] };
}

/** A customer who has bought something: without that there is nobody. */
function newcomer(): { customer: string; account: StripeAccount } {
  const customer = `customer${++customers}`;
  const account = new StripeAccount(customer);
  account.buyPack(10, 100);
  return { customer, account };
}

/** All of them, in their order, as the reconciler brings them. */
async function reconcile(history: readonly Stripe.Event[], dependencies: PaymentDependencies): Promise<void> {
  for (const event of history) {
    await processEvent(event, dependencies);
  }
}

/**
 * Events that are lost, late, doubled and out of order end where Stripe's objects are, once all have come.
 *
 * @param runs how many lives of a customer are tried
 */
export async function checkAnyOrder(table: TestTable, runs: number): Promise<void> {
  const delivery = fc.record({ afterStep: fc.nat({ max: 9 }), event: fc.nat() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 10 }),
      fc.array(delivery, { maxLength: 12 }),
      async (steps, deliveries) => {
        const { customer, account } = newcomer();
        const dependencies = dependenciesOf(table, account);
        for (const [turn, { what, size }] of steps.entries()) {
          STEPS[what](account, size);
          const events = deliveries
            .filter(({ afterStep }) => afterStep === turn)
            .map(({ event }) => account.events[event % account.events.length] as Stripe.Event);
          // Stripe sends again what was not taken.
          await Promise.all(events.map((event) => processEvent(event, dependencies).catch(() => undefined)));
        }
        await reconcile(account.events, dependencies);
        expect(await stateOf(table, customer)).toEqual(impliedBy(account));
        await reconcile(account.events, dependencies);
        expect(await stateOf(table, customer)).toEqual(impliedBy(account));
      },
    ),
    { numRuns: runs },
  );
}

/** A whole life, in runs that end after one write more each time, is made good by the next run. */
export async function checkEveryEnd(table: TestTable): Promise<number> {
  const steps: (keyof typeof STEPS)[] = [
    'subscribe',
    'failRenewal',
    'recover',
    'changePlan',
    'buyPack',
    'refund',
    'failRefund',
    'buyPack',
    'dispute',
    'closeDispute',
    'cancel',
    'subscribe',
    'deleteCustomer',
  ];
  for (let writes = 1; ; writes++) {
    const { customer, account } = newcomer();
    const mortal = dependenciesOf({ ...table, client: endingAfter(table.client, writes) }, account);
    let died = false;
    for (const [turn, what] of steps.entries()) {
      const before = account.events.length;
      STEPS[what](account, turn);
      died ||= await reconcile(account.events.slice(before), mortal).then(
        () => false,
        () => true,
      );
    }
    await reconcile(account.events, dependenciesOf(table, account));
    expect({ writes, ...(await stateOf(table, customer)) }).toEqual({ writes, ...impliedBy(account) });
    if (!died) {
      return writes;
    }
  }
}
