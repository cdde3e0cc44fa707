import { changeOf, type LedgerEntry } from '../../../lambda/domain/ledger';
import { NOW } from '../fixtures';

const afterwards = { units: 2, credits: 2 };
const entry: LedgerEntry = { id: 'e1', kind: 'settlement', units: 5, credits: 0, period: { start: NOW, afterwards } };

test('units that were taken from a period go back there as long as it lasts, and then what was bought of them', () => {
  expect(changeOf(entry, NOW)).toMatchObject({ units: 5, credits: 0 });
  expect(changeOf(entry, NOW + 1)).toBe(afterwards);
});

test('units that come from no period come in any', () => {
  const topUp: LedgerEntry = { id: 'e2', kind: 'top_up', units: 1_000, credits: 1_000 };
  expect(changeOf(topUp, NOW)).toMatchObject({ units: 1_000, credits: 1_000 });
});
