import { everyDay, usageSection } from '../../../lambda/page/chart';
import type { UsageDay } from '../../../lambda/page/view';

const draw = (history: Parameters<typeof usageSection>[0]) => usageSection(history).text;

const HISTORY: UsageDay[] = [
  { date: '2026-11-22', units: 30, routes: { 'GET /items/{id}': 10, 'POST /search': 20 } },
  { date: '2026-11-23', units: 0, routes: {} },
  { date: '2026-11-24', units: 60, routes: { 'GET /items/{id}': 60 } },
];

test('a bar for each day is as high as its units, the days in their order', () => {
  const bars = (history: UsageDay[]) =>
    [...draw(history).matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="140" height="([\d.]+)"/g)].map(([, x, height]) => [
      Number(x),
      Number(height),
    ]);
  expect(bars(HISTORY)).toEqual([
    [30, 68],
    [230, 0],
    [430, 136],
  ]);
  expect(bars(HISTORY.toReversed())).toEqual(bars(HISTORY));
});

test('routes are told by what they took, and who sees no chart is told the same', () => {
  const text = draw(HISTORY);
  expect(text).toMatch(/<code>GET \/items\/\{id\}<\/code><span class="figure">70<.*<code>POST \/search<.*>20</s);
  expect(text).toContain('aria-label="90 units in the last 3 days"');
  expect(text).toMatch(/<tr><td>Nov 22<\/td><td class="figure">30<.*<tr><td>Nov 24<\/td><td class="figure">60</s);
  expect(text).not.toContain('<td>Nov 23</td>');
});

test('days without use are drawn too, and days beyond are not', () => {
  const now = Date.parse('2026-11-25T23:59:59Z') / 1_000;
  expect(everyDay([...HISTORY].reverse(), 3, now).map(({ date, units }) => [date, units])).toEqual([
    ['2026-11-23', 0],
    ['2026-11-24', 60],
    ['2026-11-25', 0],
  ]);
  expect(everyDay([], 30, now)).toHaveLength(30);
  expect(everyDay([], 30, now)[0]).toEqual({ date: '2026-10-27', units: 0, routes: {} });
});

test('where no history is kept, or nothing was used, there is a sentence', () => {
  expect(draw(undefined)).toContain('Use by day is not kept here yet.');
  for (const empty of [[], [{ date: '2026-11-24', units: 0, routes: {} }]]) {
    expect(draw(empty)).toContain('No units were used in these days.');
  }
});

test('a route’s name is text, whatever is in it', () => {
  const text = draw([{ date: '2026-11-24', units: 1, routes: { 'GET /<script>': 1 } }]);
  expect(text).toContain('GET /&lt;script&gt;');
});
