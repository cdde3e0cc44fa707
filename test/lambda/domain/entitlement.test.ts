import { advance, type Entitlement, type SeenSubscription } from '../../../lambda/domain/entitlement';
import { NOW } from '../fixtures';

const DAY = 86_400;
const TERMS = { defaultPlan: 'free', gracePeriod: 3 * DAY };
const NOTHING: Entitlement = { revision: 0, replaced: [] };
const period = { start: NOW, end: NOW + 30 * DAY };

function seen(overrides: Partial<SeenSubscription> = {}): SeenSubscription {
  return {
    id: 'sub_1',
    created: NOW,
    plan: 'pro',
    state: 'in_force',
    isPaid: true,
    isTrial: false,
    period,
    ...overrides,
  };
}

function next(present: Entitlement, overrides: Partial<SeenSubscription> = {}, now = NOW): Entitlement | undefined {
  return advance(present, seen(overrides), TERMS, now);
}

/** On plan `pro` by `sub_1`. */
const onPro = next(NOTHING) as Entitlement;

test('the first subscription brings its plan, and the next look at it nothing', () => {
  expect(onPro).toEqual({
    revision: 1,
    subscription: 'sub_1',
    subscriptionCreated: NOW,
    replaced: [],
    graceEndsAt: undefined,
    step: { revision: 1, subscription: 'sub_1', plan: 'pro', isNew: true, period },
  });
  expect(next(onPro)).toBeUndefined();
});

test.each([
  ['of which nothing has come yet', { state: 'none' }],
  ['that is yet to be paid for', { isPaid: false }],
  ['that is over', { state: 'ended' }],
] as const)('a subscription %s brings nothing', (_, overrides) => {
  expect(next(NOTHING, overrides)).toBeUndefined();
});

test('another plan of it is another step, and no new one', () => {
  expect(next(onPro, { plan: 'max' })).toEqual({
    ...onPro,
    revision: 2,
    step: { revision: 2, subscription: 'sub_1', plan: 'max', isNew: false, period },
  });
});

test('another plan that is yet to be paid for leaves the one that is', () => {
  expect(next(onPro, { plan: 'max', isPaid: false })).toBeUndefined();
  const owing = next(onPro, { plan: 'max', isPaid: false, state: 'owing' });
  expect(owing).toMatchObject({ revision: 2, graceEndsAt: NOW + 3 * DAY, step: onPro.step });
});

test('who owes a payment is served for a while, which begins once and ends with the payment', () => {
  const owing = next(onPro, { state: 'owing' }) as Entitlement;
  expect(owing).toEqual({ ...onPro, revision: 2, graceEndsAt: NOW + 3 * DAY });
  expect(next(owing, { state: 'owing' }, NOW + DAY)).toBeUndefined();
  expect(next(owing, { state: 'in_force' }, NOW + DAY)).toEqual({ ...onPro, revision: 3 });
});

test('nobody waits for who is paused, nor longer than for who owes', () => {
  const paused = next(onPro, { state: 'paused' }) as Entitlement;
  expect(paused).toMatchObject({ revision: 2, graceEndsAt: NOW });
  expect(next(paused, { state: 'paused' }, NOW + DAY)).toBeUndefined();
  expect(next(paused, { state: 'owing' }, NOW + DAY)).toBeUndefined();
  const owing = next(onPro, { state: 'owing' }) as Entitlement;
  expect(next(owing, { state: 'paused' }, NOW + DAY)).toMatchObject({ graceEndsAt: NOW + DAY });
  expect(next(owing, { state: 'paused' }, NOW + 9 * DAY)).toBeUndefined();
});

test('its end leads to the default plan, and what was replaced is still to be cancelled', () => {
  expect(next({ ...onPro, replaced: ['sub_0'], graceEndsAt: NOW }, { state: 'ended' })).toEqual({
    revision: 2,
    subscriptionCreated: NOW,
    replaced: ['sub_0'],
    step: { revision: 2, subscription: 'sub_1', plan: 'free', isNew: true },
  });
});

test('the end of another one is nothing', () => {
  expect(next(onPro, { id: 'sub_0', created: NOW - 1, state: 'ended' })).toBeUndefined();
});

test.each([
  ['a younger one', { id: 'sub_0', created: NOW + 1 }],
  ['one of the same second whose id comes later', { id: 'sub_2', created: NOW }],
])('%s takes its place, and begins anew', (_, overrides) => {
  const replaced = next({ ...onPro, graceEndsAt: NOW, replaced: ['sub_9'] }, overrides);
  expect(replaced).toEqual({
    revision: 2,
    subscription: overrides.id,
    subscriptionCreated: overrides.created,
    replaced: ['sub_9', 'sub_1'],
    graceEndsAt: undefined,
    step: { revision: 2, subscription: overrides.id, plan: 'pro', isNew: true, period },
  });
});

test('a customer has one trial: another is nothing until it is paid, and his own goes on', () => {
  const trial = next(NOTHING, { isTrial: true }) as Entitlement;
  expect(trial).toMatchObject({ step: { plan: 'pro' } });
  expect(next(trial, { isTrial: true, plan: 'max' })).toMatchObject({ step: { plan: 'max' } });
  expect(next(trial, { id: 'sub_2', created: NOW + 1, isTrial: true })).toBeUndefined();
  const ended = next(trial, { state: 'ended' }) as Entitlement;
  expect(next(ended, { id: 'sub_2', created: NOW + 1, isTrial: true })).toBeUndefined();
  expect(next(ended, { id: 'sub_2', created: NOW + 1 })).toMatchObject({ subscription: 'sub_2' });
});

test('a younger one that is yet to be paid for does not', () => {
  expect(next(onPro, { id: 'sub_2', created: NOW + 1, isPaid: false })).toBeUndefined();
});

test.each([
  ['an older one', { id: 'sub_2', created: NOW - 1 }],
  ['one of the same second whose id comes first', { id: 'sub_0', created: NOW }],
  ['an older one that is yet to be paid for', { id: 'sub_0', created: NOW - 1, isPaid: false }],
])('%s is to be cancelled, once', (_, overrides) => {
  const both = next(onPro, overrides) as Entitlement;
  expect(both).toEqual({ ...onPro, revision: 2, replaced: [overrides.id] });
  expect(next(both, overrides)).toBeUndefined();
});

test('one that is to be cancelled does not come back when the other one ends', () => {
  const ended = next({ ...onPro, replaced: ['sub_0'] }, { state: 'ended' }) as Entitlement;
  expect(next(ended, { id: 'sub_0', created: NOW - 1 })).toBeUndefined();
  expect(next(ended, { id: 'sub_0', created: NOW + 1 })).toBeUndefined();
});

test('after an end, one that is in force is the customer’s, however old: he pays for it', () => {
  const ended = next(onPro, { state: 'ended' }) as Entitlement;
  expect(next(ended, { id: 'sub_0', created: NOW - DAY })).toMatchObject({ revision: 3, subscription: 'sub_0' });
});

test('who is found owing has a while too, and is on the plan', () => {
  expect(next(NOTHING, { state: 'owing' })).toMatchObject({ graceEndsAt: NOW + 3 * DAY, step: { plan: 'pro' } });
});
