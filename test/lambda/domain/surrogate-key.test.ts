import { newCustomerId } from '../../../lambda/domain/api-key';
import { laneOf } from '../../../lambda/domain/surrogate-key';

test.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
])('the lane of %p is told by its FNV-1a hash, as others compute it', (customer, hash) => {
  for (const lanes of [1, 4, 7, 2 ** 32]) {
    expect(laneOf(customer, lanes)).toBe(hash % lanes);
  }
});

test('customers are spread over the lanes evenly', () => {
  const counts = [0, 0, 0, 0];
  for (let customer = 0; customer < 4_000; customer++) {
    const lane = laneOf(newCustomerId(), 4);
    counts[lane] = (counts[lane] ?? 0) + 1;
  }
  // Eight standard deviations.
  for (const count of counts) {
    expect(Math.abs(count - 1_000)).toBeLessThan(220);
  }
});
