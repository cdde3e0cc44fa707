import { mishapsOf, walkFaults } from './fault-walk';

jest.setTimeout(900_000);

test('whichever call of a life goes wrong, and however, what comes next makes it good', async () => {
  const { calls, points } = await walkFaults(mishapsOf);
  const services = ['DynamoDB', 'Stripe', 'SQS'] as const;
  const counts = services.map((name) => calls.filter(({ service }) => service === name).length);
  process.stderr.write(`${points} mishaps at ${calls.length} calls: ${counts.join('/')} of ${services.join('/')}\n`);
  expect(points).toBe(calls.reduce((sum, call) => sum + mishapsOf(call).length, 0));
  expect(calls.length).toBeGreaterThan(350);
  expect(Math.min(...counts)).toBeGreaterThan(20);
});
