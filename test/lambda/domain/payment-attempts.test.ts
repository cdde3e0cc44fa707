import type { PaymentAnswer, PaymentOrder } from '../../../lambda/domain/agent-payment';
import { limitingRefusals, MAX_REFUSALS, REFUSAL_WINDOW } from '../../../lambda/domain/payment-attempts';
import { NOW } from '../fixtures';

const orderOf = (customer: string) => ({ customer }) as PaymentOrder;

function world(outcome: 'declined' | 'pending' | 'token_refused') {
  const state: { now: number; placed: number; answer: PaymentAnswer } = { now: NOW, placed: 0, answer: { outcome } };
  const place = limitingRefusals(
    async () => {
      state.placed += 1;
      return state.answer;
    },
    () => state.now,
  );
  return { state, tryFor: async (customer = 'customer1') => (await place(orderOf(customer))).outcome };
}

test('whose payments keep being refused waits a minute before the next is tried', async () => {
  const { state, tryFor } = world('declined');
  for (let attempt = 0; attempt < MAX_REFUSALS; attempt++) {
    expect(await tryFor()).toBe('declined');
  }
  expect(await tryFor()).toBe('too_many');
  expect(state.placed).toBe(MAX_REFUSALS);
  expect(await tryFor('customer2')).toBe('declined');
  state.now = NOW + REFUSAL_WINDOW - 1;
  expect(await tryFor()).toBe('too_many');
  state.now = NOW + REFUSAL_WINDOW;
  expect(await tryFor()).toBe('declined');
});

test('what goes well, or is on its way, is no refusal', async () => {
  const { state, tryFor } = world('pending');
  for (let attempt = 0; attempt <= MAX_REFUSALS; attempt++) {
    expect(await tryFor()).toBe('pending');
  }
  state.answer = { outcome: 'paid', reference: 'pi_1', paidAt: '2026-11-23T12:00:00.000Z', credited: true };
  expect(await tryFor()).toBe('paid');
});

test('only so many customers are remembered', async () => {
  const { tryFor } = world('token_refused');
  for (let attempt = 0; attempt < MAX_REFUSALS; attempt++) {
    await tryFor('the first');
  }
  expect(await tryFor('the first')).toBe('too_many');
  for (let stranger = 0; stranger < 10_000; stranger++) {
    await tryFor(`stranger${stranger}`);
  }
  expect(await tryFor('the first')).toBe('token_refused');
});
