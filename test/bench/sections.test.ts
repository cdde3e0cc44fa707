import { chosenSections, merged } from '../../bench/sections';

test('all sections are measured, or those that are named', () => {
  expect(chosenSections(['--quick'])).toEqual(['engines', 'crediting', 'webhooks', 'soak', 'models']);
  expect(chosenSections(['--only', 'webhooks,crediting', '--quick'])).toEqual(['crediting', 'webhooks']);
  expect(() => chosenSections(['--only', 'crediting,none'])).toThrow('got: none');
  expect(() => chosenSections(['--only'])).toThrow('--only takes engines, crediting, webhooks, soak, models');
});

test('a section that is measured anew leaves the others as they are, dates included', () => {
  const recorded = { date: 'before', figures: [1], crediting: { date: 'before' }, leasedCall: { date: 'long before' } };
  expect(merged(recorded, 'crediting', { date: 'now' })).toEqual({ ...recorded, crediting: { date: 'now' } });
  expect(merged(recorded, 'engines', { date: 'now', figures: [2] })).toEqual({
    ...recorded,
    date: 'now',
    figures: [2],
  });
});
