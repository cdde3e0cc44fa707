import { type Account, audit, type Book, NOTHING, Tally } from '../../bench/soak/audit';
import { growth, heapOfItem, METRICS, type Sample, type Soaked } from '../../bench/soak/outcome';
import { QUOTA, TRIAL } from '../../bench/soak/terms';
import { Counts } from '../../bench/soak/traffic';

const PERIOD = 1_000;
const LATER = 2_000;

function tallied(...calls: readonly [period: number, charged: number, back: number][]): Tally {
  const tally = new Tally();
  for (const call of calls) {
    tally.add(...call);
  }
  return tally;
}

function book(left: number, ledger: Partial<Book['ledger']> = {}, others: Partial<Book> = {}): Book {
  const whole = { ...NOTHING, settled: 0, pending: 0, ...ledger };
  return { plan: 'trial', left, periodStart: PERIOD, ledger: whole, ...others };
}

const BOUGHT: Account = { bought: 200, takenBack: 100, periods: 0 };

test('what was given and bought, less what was spent, is what is left', () => {
  const tally = tallied([PERIOD, 50, 0], [PERIOD, 10, 7], [PERIOD, 3, 3]);
  const left = TRIAL + 100 - 63 + 10;
  expect(audit('c', tally, book(left, { ...BOUGHT, settled: 10 }), BOUGHT)).toEqual({ disagreements: [], held: 0 });
});

test('units that have left the table, and were granted to nobody, are held', () => {
  expect(audit('c', tallied([PERIOD, 5, 0]), book(TRIAL - 25), NOTHING)).toEqual({ disagreements: [], held: 20 });
});

test('a unit that was granted and not there is a disagreement', () => {
  const { disagreements, held } = audit('c', tallied([PERIOD, 5, 0]), book(TRIAL - 4), NOTHING);
  expect(disagreements).toEqual(['c: units granted that were not there: 1, not 0']);
  expect(held).toBe(-1);
});

test.each<[string, Partial<Book['ledger']>]>([
  ['units bought, in the ledger and at Stripe: 0, not 200', { bought: 0 }],
  ['units bought, in the ledger and at Stripe: 400, not 200', { bought: 400 }],
  ['units taken back, in the ledger and at Stripe: 0, not 100', { takenBack: 0 }],
  ['periods, in the ledger and at Stripe: 1, not 0', { periods: 1 }],
  ['units back for calls, in the ledger and by the calls: 2, not 3', { settled: 2 }],
  ['entries that are not on the balance: 1, not 0', { pending: 1 }],
])('%s', (disagreement, wrong) => {
  const ledger = { ...BOUGHT, settled: 3, ...wrong };
  const audited = audit('c', tallied([PERIOD, 3, 3]), book(TRIAL + 100, ledger), BOUGHT);
  expect(audited.disagreements).toEqual([`c: ${disagreement}`]);
});

test('a subscriber’s balance is of the present period, and no period gave more than the plan has', () => {
  const paid = { ...NOTHING, periods: 2 };
  const pro = { plan: 'pro', periodStart: LATER };
  const tally = tallied([PERIOD, QUOTA + 2, 2], [LATER, 30, 10]);
  const fair = book(QUOTA - 20, { periods: 2, settled: 12 }, pro);
  expect(audit('c', tally, fair, paid)).toEqual({ disagreements: [], held: 0 });
  tally.add(PERIOD, 1, 0);
  expect(audit('c', tally, fair, paid).disagreements).toEqual([`c: ${QUOTA + 1} units of a period of ${QUOTA}`]);
});

test('who has no balance is one', () => {
  expect(audit('c', new Tally(), undefined, NOTHING).disagreements).toEqual(['c has no balance']);
});

const sample = (items: number, heap: number, resident = 0): Sample => ({ calls: 0, items, heap, resident });

test('the memory of an item is what the heap has grown by, over the items that have come', () => {
  expect(heapOfItem([sample(100, 5_000), sample(150, 1), sample(200, 9_000)])).toBe(40);
  expect(heapOfItem([sample(100, 5_000), sample(100, 9_000)])).toBe(0);
  expect(heapOfItem([])).toBe(0);
});

test('growth is from the first sample to the last', () => {
  expect(growth([sample(1, 200, 10), sample(1, 900, 90), sample(1, 210, 5)], 'heap')).toBe(5);
  expect(growth([sample(1, 200, 10), sample(1, 210, 5)], 'resident')).toBe(-50);
});

test('answers that are none of those that are counted, and disagreements, miss their targets', () => {
  const counts = new Counts();
  counts.others.set(503, 2).set(0, 1);
  const payments = { checkouts: 1, renewals: 1, refunds: 1, refusedAtFirst: 4, refusedAfterwards: 0 };
  const soaked: Soaked = {
    counts,
    payments,
    milliseconds: 1_000,
    mixed: [sample(1, 1), sample(2, 1)],
    plain: [sample(2, 100, 100), sample(2, 104, 105)],
    held: 9,
    heldAfterwards: 0,
    disagreements: ['c has no balance'],
  };
  const missed = METRICS.filter(({ atMost, value }) => atMost !== undefined && value(soaked) > atMost);
  expect(missed.map(({ metric, value }) => [metric, value(soaked)])).toEqual([
    ['answered otherwise', 3],
    ['disagreements', 1],
    ['heap, growth under calls alone', 4],
  ]);
});
