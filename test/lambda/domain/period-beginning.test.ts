import { earliestBeginning } from '../../../lambda/domain/period';
import { NOW } from '../fixtures';

const DAY = 86_400;

test.each([
  ['four days before a month’s', 30, 4 * DAY],
  ['half the length before that of a shorter period', 7, 3.5 * DAY],
  ['itself, where it lasts a second', 1 / DAY, 0],
])('a period is one that is known if its beginning is no earlier than %s', (_, days, tolerance) => {
  expect(earliestBeginning({ start: NOW, end: NOW + days * DAY })).toBe(NOW - tolerance);
});
