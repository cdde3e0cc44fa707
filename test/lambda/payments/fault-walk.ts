import type Stripe from 'stripe';
import { DynamoDbCursor } from '../../../lambda/adapters/dynamodb-cursor';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { patientItems } from '../../../lambda/adapters/sdk-item-updates';
import { processEvent } from '../../../lambda/payments/process';
import { ReconcileMemory, reconcile } from '../../../lambda/reconciler/reconcile';
import type { Catalogue } from '../../../lib/private/catalogue';
import { EmbeddedTable } from '../adapters/embedded';
import { CATALOGUE, NOW, plan } from '../fixtures';
import { type Call, FAULTS, type Fault, FaultyCalls } from './faults';
import { PaymentsUnderTest } from './harness';
import { StripeAccount } from './stripe-account';

const PRICE = { amount: 2900, currency: 'usd', interval: 'month' } as const;
const UNITS: Readonly<Record<string, number>> = { free: 50, pro: 1_000, max: 9_000 };

/** Paid plans by the subscription's own periods, so that renewals matter too. */
const BILLED: Catalogue = {
  ...CATALOGUE,
  plans: [plan('free', 50), plan('pro', 1_000, 'billing', PRICE), plan('max', 9_000, 'billing', PRICE)],
};

interface Stage {
  readonly payments: PaymentsUnderTest;
  readonly account: StripeAccount;
}

type Step = readonly [what: string, happen: (stage: Stage) => unknown];

const current = (account: StripeAccount) => account.current?.id ?? '';

/** A life in which every event comes that is handled. */
const LIFE: readonly Step[] = [
  ['a pack is bought', ({ account }) => account.buyPack(10, 100)],
  ['a pack is bought by bank debit', ({ account }) => account.debitPack(20, 100)],
  ['a pack is paid for with a call', ({ account }) => account.payPack(40, 100)],
  ['a part of the first is refunded', ({ account }) => account.refund(account.undisputed[0] ?? '', 30)],
  ['the refund fails', ({ account }) => account.failRefund(account.refunded ?? '')],
  ['a plan is bought', ({ account }) => account.subscribe('pro')],
  [
    'units are spent, and the plan is a larger one',
    spendAnd(700, ({ account }) => account.changePlan(current(account), 'max')),
  ],
  [
    'more are spent, and it is the smaller one',
    spendAnd(7_000, ({ account }) => account.changePlan(current(account), 'pro')),
  ],
  ['and the larger one again', ({ account }) => account.changePlan(current(account), 'max')],
  ['the period is over', ({ account }) => account.passPeriod(current(account), 'max')],
  ['a renewal fails', ({ account }) => account.failRenewal(current(account))],
  [
    'it wants something done',
    ({ account }) => account.failRenewal(current(account), 'invoice.payment_action_required'),
  ],
  ['it is paid', ({ account }) => account.recover(current(account))],
  ['another plan is bought', ({ account }) => account.subscribe('pro')],
  ['it is paused', pause],
  ['it is resumed', ({ account }) => account.change(current(account), { status: 'active' }, RESUMED)],
  ['a pack is disputed', ({ account }) => account.openDispute(account.buyPack(30, 100), 100)],
  ['the dispute is won', ({ account }) => account.closeDispute(account.openDisputes[0] ?? '', 'won')],
  ['a pack is disputed for good', disputeForGood],
  ['the plan ends', ({ account }) => account.endSubscription(current(account))],
  ['another one begins by bank debit', debit],
  ['the customer is deleted', ({ account }) => account.deleteCustomer()],
];

const RESUMED = 'customer.subscription.resumed';

function pause({ account }: Stage): void {
  account.change(current(account), { status: 'paused' }, 'customer.subscription.paused');
}

function disputeForGood({ account }: Stage): void {
  account.closeDispute(account.openDispute(account.undisputed[0] ?? '', 100), 'lost');
}

function debit({ account }: Stage): void {
  account.answerDebit(account.debitSubscription('max'), 'paid');
}

function spendAnd(units: number, happen: (stage: Stage) => unknown) {
  return async (stage: Stage) => {
    await stage.payments.spend(units);
    happen(stage);
  };
}

/** What goes wrong with a call, and what makes it good. */
export interface Mishap {
  readonly fault: Fault;
  readonly repair: keyof typeof REPAIRS;
}

const REPAIRS = { sendAgain, runReconciler } as const;

/** Everything that can go wrong with a call. */
export function mishapsOf(call: Call): Mishap[] {
  const faults = FAULTS.filter(({ errorOf }) => errorOf(call) !== undefined);
  return faults.flatMap((fault) => [
    { fault, repair: 'sendAgain' },
    { fault, repair: 'runReconciler' },
  ]);
}

export interface Walk {
  /** Calls of the life at which something can go wrong. */
  readonly calls: readonly Call[];
  /** How often something did. */
  readonly points: number;
  /** The types of events that came. */
  readonly types: ReadonlySet<string>;
}

/**
 * Walks a whole life. At each call of each step in turn goes wrong what is asked for; then what Stripe sends again, or the
 * reconciler, makes it good, and the customer is where he would be if nothing had happened.
 */
export async function walkFaults(mishaps: (call: Call, index: number) => readonly Mishap[]): Promise<Walk> {
  const table = new EmbeddedTable();
  let account = new StripeAccount('customer1');
  const calls: Call[] = [];
  const types = new Set<string>();
  let points = 0;
  for (const [what, happen] of LIFE) {
    const restore = table.save();
    const before = account;
    const begin = async () => {
      restore();
      const stage = { account: before.clone(), payments: {} as PaymentsUnderTest };
      stage.payments = new PaymentsUnderTest(stage.account, table, BILLED);
      await happen({ ...stage });
      return stage;
    };
    const healthy = await begin();
    const counted = new FaultyCalls();
    await deliver(healthy, before.events.length, counted);
    const expected = await outcomeOf(healthy);
    checkImplied(what, healthy.account, expected);
    const after = table.save();
    for (const [index, call] of counted.calls.entries()) {
      for (const { fault, repair } of mishaps(call, calls.length + index)) {
        points++;
        const stage = await begin();
        const failed = await deliver(stage, before.events.length, new FaultyCalls({ at: index + 1, fault }));
        await REPAIRS[repair](stage, failed);
        const where = `${what}: ${call.service} ${call.operation}, ${fault.name}, ${repair}`;
        expect({ where, ...(await outcomeOf(stage)) }).toEqual({ where, ...expected });
      }
    }
    after();
    account = healthy.account;
    calls.push(...counted.calls);
    for (const { type } of account.events) {
      types.add(type);
    }
  }
  return { calls, points, types };
}

/** Has what is new carried out, and gives what was not. */
async function deliver({ account, payments }: Stage, from: number, faulty: FaultyCalls): Promise<Stripe.Event[]> {
  const { table } = payments;
  const dependencies = faulty.over(
    payments.dependencies,
    table.client,
    (client) => new DynamoDbPaymentStore(patientItems(client), table.table, () => NOW),
  );
  const failed: Stripe.Event[] = [];
  // Not a list of what there is now: to cancel a subscription is told of too.
  for (let index = from; index < account.events.length; index++) {
    const event = account.events[index] as Stripe.Event;
    await processEvent(event, dependencies).catch(() => failed.push(event));
  }
  return failed;
}

/** Stripe sends again what was not taken, and what has come of that. */
async function sendAgain({ account, payments }: Stage, failed: readonly Stripe.Event[]): Promise<void> {
  const told = account.events.length;
  await payments.process(...failed);
  await payments.process(...account.events.slice(told));
}

/** Stripe sends nothing again: the reconciler finds it. */
async function runReconciler({ account, payments }: Stage): Promise<void> {
  const { client, table } = payments.table;
  const dead: string[] = [];
  await reconcile({
    memory: new ReconcileMemory(),
    tellLag: () => undefined,
    events: {
      since: async function* (created) {
        for (const event of account.events) {
          if (event.created >= created) {
            yield event;
          }
        }
      },
      retrieve: (id) => Promise.reject(new Error(`${id} has not failed`)),
    },
    cursor: new DynamoDbCursor(client, table),
    process: async (event) => (await payments.process(event)) ?? 'ignored',
    deadLetter: async ({ id }) => {
      dead.push(id);
    },
    clock: () => NOW,
  });
  expect(dead).toEqual([]);
}

/** What there is in the end: what the customer has, what the ledger says, and what is at Stripe. */
async function outcomeOf({ account, payments }: Stage) {
  const { stripeCustomer, subscription } = await payments.customers.account(account.customer);
  return {
    ...(await payments.state()),
    stripeCustomer,
    subscription,
    ledger: await payments.ledger(),
    // Whoever is to make his surrogate keys has heard of the plan that he is on.
    arrived: payments.arrivals.at(-1)?.plan,
    statuses: [...account.subscriptions.values()].map(({ status }) => status),
  };
}

/** And that is what Stripe's objects imply. */
function checkImplied(what: string, account: StripeAccount, outcome: Awaited<ReturnType<typeof outcomeOf>>): void {
  const name = account.current?.items.data[0]?.price.id.slice('price_'.length) ?? 'free';
  const owes = account.current?.status === 'past_due' || account.current?.status === 'paused';
  expect({ what, ...outcome }).toMatchObject({
    what,
    plan: name,
    standing: owes ? 'grace' : 'active',
    bought: account.bought,
  });
  expect(outcome.included).toBeLessThanOrEqual(UNITS[name] ?? 0);
  expect(outcome.ledger.map(({ state }) => state)).not.toContain('pending');
}
