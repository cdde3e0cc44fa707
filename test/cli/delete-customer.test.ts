import type { DeleteAnswer } from '../../lib/private/operations-deletion';
import { Tool } from './tool';

const ANSWER: DeleteAnswer = {
  customer: 'ada',
  outcome: 'deleted',
  deletedAt: '2026-11-23T12:00:00.000Z',
  stripeCustomer: null,
  subscription: null,
};

let tool: Tool;

beforeAll(async () => {
  tool = await Tool.start();
});

afterAll(() => tool.close());

test('says that a customer is deleted, or since when, and what there is to do at Stripe', async () => {
  const printed = async (answer: Partial<DeleteAnswer>, ...args: string[]) => {
    tool.answer = () => ({ answer: { ...ANSWER, ...answer } });
    return (await tool.run('customers', 'delete', 'ada', '--by', 'bob', ...args)).out;
  };
  const atStripe = 'at Stripe he is cus_1 yet: `stripe customers delete cus_1` deletes him there';
  expect(await printed({})).toBe('ada is deleted');
  expect(await printed({ outcome: 'unchanged' })).toBe('ada was deleted already, 2026-11-23 12:00:00 UTC');
  expect(await printed({ stripeCustomer: 'cus_1' }, '--reason', 'on request')).toBe(`ada is deleted\n${atStripe}`);
  expect(await printed({ stripeCustomer: 'cus_1', subscription: 'sub_1' }, '--force')).toBe(
    `ada is deleted\n${atStripe} and ends sub_1, which is paid for until then`,
  );
  const asked = { operation: 'delete', customer: 'ada', by: 'bob' };
  expect(tool.asked()).toEqual([
    { ...asked, force: false },
    { ...asked, force: false },
    { ...asked, force: false, reason: 'on request' },
    { ...asked, force: true },
  ]);
});

test('who would go on paying is a failure that tells how to end it', async () => {
  tool.answer = () => ({ refused: 'customer ada would go on paying for the subscription sub_1: cancel it' });
  const { exitCode, out, err } = await tool.run('customers', 'delete', 'ada');
  expect([exitCode, out]).toEqual([1, '']);
  expect(err).toEqual(['cdk-paywall: customer ada would go on paying for the subscription sub_1: cancel it']);
});
