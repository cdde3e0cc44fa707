import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Period } from 'aws-cdk-lib/aws-apigateway';
import { FailurePolicy, Metering, Plan, PlanCatalogue, Price, Quota, SignUp, TopUp, UsagePlans } from '../../lib';
import { paidApp, plans, topUp } from './app';

const quota = Quota.perMonth(10);

describe('a refused prop is named, and its value quoted', () => {
  test.each<[string, () => unknown, string]>([
    [
      'negative quota',
      () => Quota.perMonth(-5),
      '`Quota.perMonth: units` must be an integer between 0 and 10^12, got: -5',
    ],
    ['fractional quota', () => Quota.perDay(1.5), 'got: 1.5'],
    ['quota that is no number', () => Quota.perWeek(Number.NaN), 'got: NaN'],
    [
      'time zone that is none',
      () => Quota.perMonth(1, { timeZone: 'Europe/Belin' }),
      '`Quota.perMonth: timeZone` must be an IANA time zone such as "Europe/Berlin", got: "Europe/Belin"',
    ],
    ['empty time zone', () => Quota.perDay(1, { timeZone: '' }), '`Quota.perDay: timeZone` must be'],
    ['offset for a time zone', () => Quota.perWeek(1, { timeZone: '+01:00' }), 'got: "+01:00"'],
    ['quota of a billing period', () => Quota.perBillingPeriod(0.5), '`Quota.perBillingPeriod: units` must be'],
    [
      'free plan with billing periods',
      () => Plan.free('a', { quota: Quota.perBillingPeriod(10) }),
      '`Plan "a": quota` must have periods of its own, as a free plan has no subscription, got: Quota.perBillingPeriod(10)',
    ],
    ['huge quota', () => Quota.oneTime(10 ** 13), 'got: 10000000000000'],
    [
      'currency that is none',
      () => Price.monthly(100, 'usdd'),
      '`Price.monthly: currency` must be an ISO 4217 code such as "usd", got: "usdd"',
    ],
    [
      'amount of nothing',
      () => Price.once(0, 'usd'),
      '`Price.once: amount` must be an integer between 1 and 99999999, got: 0',
    ],
    ['fractional amount', () => Price.yearly(29.99, 'eur'), 'got: 29.99'],
    [
      'price id that is none',
      () => Price.fromStripe('prod_1'),
      '`Price.fromStripe: priceId` must start with "price_", got: "prod_1"',
    ],
    ['plan id', () => Plan.free('Free Plan', { quota }), 'got: "Free Plan"'],
    [
      'plan paid once',
      () => Plan.paid('pro', { quota, price: Price.once(1, 'usd') }),
      'must recur, got a price paid once',
    ],
    [
      'top-up paid monthly',
      () => TopUp.pack('a', { units: 1, price: Price.monthly(1, 'usd') }),
      'got a price per month',
    ],
    [
      'top-up of nothing',
      () => TopUp.pack('a', { units: 0, price: Price.once(1, 'usd') }),
      '`TopUp "a": units` must be an integer between 1 and 10^12, got: 0',
    ],
    [
      'empty name',
      () => Plan.free('a', { quota, displayName: ' ' }),
      '`Plan "a": displayName` must be 1 to 100 characters, got: " "',
    ],
    [
      'lanes',
      () => Plan.free('a', { quota, lanes: 0 }),
      '`Plan "a": lanes` must be an integer between 1 and 100, got: 0',
    ],
    [
      'rate',
      () => Plan.free('a', { quota, throttle: { rateLimit: 0 } }),
      '`Plan "a": throttle.rateLimit` must be above 0',
    ],
    ['burst', () => Plan.free('a', { quota, throttle: { burstLimit: 0.5 } }), 'got: 0.5'],
    [
      'period',
      () => Plan.free('a', { quota, usagePlanQuota: { limit: 9, period: 'MONTHLY' as Period } }),
      'must be one of DAY, WEEK, MONTH, got: "MONTHLY"',
    ],
    ['quota without period', () => Plan.free('a', { quota, usagePlanQuota: { limit: 9 } }), 'got: {"limit":9}'],
    [
      'an empty block',
      () => Metering.leased({ maxBlock: 0 }),
      '`Metering.leased: maxBlock` must be an integer between 1 and 1000000, got: 0',
    ],
    [
      'a long lease',
      () => Metering.leased({ maxLife: Duration.minutes(2) }),
      '`Metering.leased: maxLife (milliseconds)` must be an integer between 1000 and 60000, got: 120000',
    ],
    [
      'open for no call',
      () => FailurePolicy.open({ callsPerMinute: 0 }),
      '`FailurePolicy.open: callsPerMinute` must be an integer between 1 and 1000000, got: 0',
    ],
    [
      'nobody to sign up',
      () => SignUp.open({ perHour: 0 }),
      '`SignUp.open: perHour` must be an integer between 1 and 1000000, got: 0',
    ],
    [
      'a long overlap',
      () => paidApp({ keyRotationOverlap: Duration.days(31) }),
      '`keyRotationOverlap (seconds)` must be an integer between 0 and 2592000, got: 2678400',
    ],
    ['half a second of overlap', () => paidApp({ keyRotationOverlap: Duration.millis(500) }), 'got: 0.5'],
    ['no plan', () => new PlanCatalogue({ plans: [] }), '`plans` must hold at least one plan, got: []'],
    [
      'duplicate plan ids',
      () => new PlanCatalogue({ plans: [...plans(), ...plans()] }),
      '`plans` must have distinct ids, got twice: "free"',
    ],
    [
      'duplicate top-up ids',
      () => new PlanCatalogue({ plans: plans(), topUps: [topUp(), topUp()] }),
      'got twice: "1k"',
    ],
    [
      'no free plan',
      () => new PlanCatalogue({ plans: plans().slice(1) }),
      '`plans` must hold a free plan to start from, or name one in `defaultPlan`, got only: ["pro"]',
    ],
    [
      'unknown default plan',
      () => new PlanCatalogue({ plans: plans(), defaultPlan: 'gold' }),
      '`defaultPlan` must be one of ["free","pro"], got: "gold"',
    ],
    [
      'billing path',
      () => paidApp({ billingPath: 'a/b' }),
      '`billingPath` must be one path segment of letters, digits, - and _, got: "a/b"',
    ],
    [
      'too many lanes',
      () =>
        new UsagePlans(new Stack(), 'Plans', {
          plans: Array.from({ length: 101 }, (_, i) => Plan.free(`p${i}`, { quota, lanes: 100 })),
        }),
      'got: 10100',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

test.each(['UTC', 'Etc/UTC', 'Europe/Berlin', 'US/Pacific', 'America/Argentina/Ushuaia'])(
  'time zone %s',
  (timeZone) => {
    expect(Quota.perDay(1, { timeZone })).toMatchObject({ units: 1, period: 'day', timeZone });
  },
);

test('the handlers are told what a quota is, and no more', () => {
  const price = Price.monthly(1, 'usd');
  const rendered = [
    Plan.free('a', { quota: Quota.perWeek(5) }),
    Plan.free('b', { quota: Quota.perMonth(5, { timeZone: 'Asia/Tokyo' }) }),
    Plan.free('c', { quota: Quota.oneTime(5) }),
    Plan.free('d', { quota: Quota.unlimited() }),
    Plan.paid('e', { quota: Quota.perBillingPeriod(5), price }),
  ].map((entry) => entry._render().quota);
  expect(rendered).toEqual([
    { units: 5, period: 'week' },
    { units: 5, period: 'month', timeZone: 'Asia/Tokyo' },
    { units: 5, period: 'once' },
    { period: 'unlimited' },
    { units: 5, period: 'billing' },
  ]);
});

test('tokens are taken as they are', () => {
  const units = Lazy.number({ produce: () => 5 });
  const text = Lazy.string({ produce: () => 'usd' });
  expect(Quota.perMonth(units).units).toBe(units);
  expect(Quota.perMonth(1, { timeZone: text }).timeZone).toBe(text);
  expect(() => Price.monthly(units, text)).not.toThrow();
  expect(() => Price.fromStripe(text)).not.toThrow();
  expect(() => Plan.free('a', { quota, throttle: { rateLimit: units, burstLimit: units } })).not.toThrow();
  expect(() => Plan.free(text, { quota })).toThrow('must be a literal string, got a token');
});

test('a plan with a price can be the one to start from', () => {
  const catalogue = new PlanCatalogue({ plans: plans(), defaultPlan: 'pro', gracePeriod: Duration.days(1) });
  expect(catalogue.defaultPlan).toBe('pro');
});

test('a period that API Gateway knows is taken', () => {
  expect(() => Plan.free('a', { quota, usagePlanQuota: { limit: 9, period: Period.DAY } })).not.toThrow();
});
