import { admitSignUp, networkOf } from '../../../lambda/domain/sign-up-limit';
import { NOW } from '../fixtures';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2'],
  ['2001:db8::5', '2001:db8:0:0'],
  ['2001:db8:0:0:9::', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['::', '0:0:0:0'],
  ['1::2:3:4:5:6:7', '1:0:2:3'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('what is counted tells no address, and is forgotten an hour after it counts', async () => {
  const counted: [string, number, number][] = [];
  const counter = {
    count: async (...args: [string, number, number]) => {
      counted.push(args);
      return false;
    },
  };
  const place = { address: '192.0.2.1', paywall: 'Paywall-1', perHour: 5 };
  // GIVEN 12:10
  expect(await admitSignUp(place, NOW + 600, counter)).toEqual({ admitted: false, retryAfter: 3_000 });
  expect(counted).toEqual([[expect.stringMatching(/^[\w-]{22}#\d+$/), 5, NOW + 7_200]]);
  await admitSignUp(place, NOW + 3_599, counter);
  await admitSignUp(place, NOW + 3_600, counter);
  await admitSignUp({ ...place, address: '192.0.2.2' }, NOW, counter);
  const [first, same, later, elsewhere] = counted.map(([id]) => id);
  expect(same).toBe(first);
  expect(new Set([first, later, elsewhere]).size).toBe(3);
});
