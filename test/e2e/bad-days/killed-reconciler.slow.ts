import { everyAnswer } from '../paid-api';
import { BadDay, withoutWaiting } from './bad-day';
import { expectSwept, killAtEachRequest } from './sweep';

const PATIENCE = 120_000;

let day: BadDay;

beforeAll(async () => {
  day = await BadDay.begin((app) => {
    everyAnswer(app);
    withoutWaiting(app);
  });
  const { data } = await day.stripe.api.webhookEndpoints.list();
  await Promise.all(data.map(({ id }) => day.stripe.api.webhookEndpoints.update(id, { disabled: true })));
}, PATIENCE);

afterAll(() => day.end());

test(
  'what no webhook has brought is carried out once, wherever the reconciler is killed',
  async () => {
    const swept = await killAtEachRequest(day, {
      given: async () => {
        // Past what a run looks back for: so that it lists what is new.
        await day.stripe.pull('clock?advance=1200');
        return day.customer();
      },
      function: /Reconciler|Payments/,
      parallel: 1,
      when: async ({ caller }) => {
        const { body } = await caller.send('POST', 'billing/checkout', { topUp: '100' });
        await caller.pressPay(body.url);
        // The next run comes by the schedule, whatever became of the one before.
        const run = () => day.operator.reconcile();
        await run().catch(run);
        await run().catch(run);
      },
      afterwards: async ({ customer }) => {
        expect(await day.api.balanceOf(customer)).toMatchObject({ remaining: 150, credits: 100, owed: 0 });
        expect(await day.ledger(customer)).toEqual([{ kind: 'top_up', units: 100, state: 'applied' }]);
      },
    });
    expectSwept(swept, 8);
  },
  PATIENCE,
);
