import { HANDLED_EVENTS } from '../../../lib/private/stripe-events';
import { mishapsOf, walkFaults } from './fault-walk';

test('whichever call of a life goes wrong, what comes next makes it good', async () => {
  // Each fifth call, by turns in each way; the slow lane walks them all.
  const { calls, points, types } = await walkFaults((call, index) => {
    const mishaps = mishapsOf(call);
    const turn = Math.floor(index / 5) % mishaps.length;
    return index % 5 === 0 ? mishaps.slice(turn, turn + 1) : [];
  });
  expect([...HANDLED_EVENTS].filter((type) => !types.has(type))).toEqual([]);
  expect(points).toBe(Math.ceil(calls.length / 5));
});
