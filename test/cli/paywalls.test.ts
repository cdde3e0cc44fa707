import { ExitCode, UsageError } from '../../cli/errors';
import { choosePaywall, paywallsIn } from '../../cli/target/paywalls';

const paywall = (path: string) => ({
  paywall: path,
  operations: `${path}-operations`,
  reconciler: `${path}-reconciler`,
});
const two = [paywall('Shop/Paywall'), paywall('Shop/Internal/Paywall')];

test('paywalls are found among whatever else a stack puts out', () => {
  const values = ['https://example.com/prod/', undefined, '{', 'null', '7', '{"paywall":"Shop/Paywall"}'];
  expect(paywallsIn([...values, JSON.stringify({ ...two[0], more: 'of a later version' })])).toEqual([two[0]]);
});

test.each([
  [[paywall('Shop/Paywall')], undefined, 'Shop/Paywall'],
  [two, 'Shop/Paywall', 'Shop/Paywall'],
  [two, 'Shop/Internal/Paywall', 'Shop/Internal/Paywall'],
  [two, 'Internal/Paywall', 'Shop/Internal/Paywall'],
  [[paywall('Paywall'), paywall('Paywall/Paywall')], 'Paywall', 'Paywall'],
])('the one that is named is taken, and the only one needs no name', (found, wanted, expected) => {
  expect(choosePaywall(found, wanted, 'the stack Shop').paywall).toBe(expected);
});

test.each([
  [two, undefined, 'the stack Shop has several paywalls; name one by --paywall: Shop/Paywall, Shop/Internal/Paywall'],
  [two, 'Paywall', 'the stack Shop has several paywalls; name one by --paywall: Shop/Paywall, Shop/Internal/Paywall'],
  [
    two,
    'wall',
    'the stack Shop has no paywall wall; name one of these by --paywall: Shop/Paywall, Shop/Internal/Paywall',
  ],
])('one that cannot be told from others is asked for, with the choices', (found, wanted, message) => {
  expect(() => choosePaywall(found, wanted, 'the stack Shop')).toThrow(new UsageError(message));
});

test('a stack without one is told to be deployed again', () => {
  const choose = () => choosePaywall([], undefined, 'the stack Shop');
  expect(choose).toThrow('the stack Shop has no paywall that can be found: deploy it with this version of cdk-paywall');
  expect(choose).toThrow(expect.objectContaining({ exitCode: ExitCode.FAILED }));
});
