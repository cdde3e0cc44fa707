import { matches, readEventPattern } from '../../../local/events/event-pattern';

const event = {
  source: 'aws.partner/stripe.com/ed_1',
  'detail-type': 'invoice.paid',
  resources: ['a', 'b'],
  detail: { livemode: false, amount: 2900, gone: null, lines: [{ id: 'one' }, { id: 'two' }] },
};

test.each<[string, object, boolean]>([
  ['a value that the event has', { source: ['aws.partner/stripe.com/ed_1'] }, true],
  ['one of several values', { 'detail-type': ['invoice.created', 'invoice.paid'] }, true],
  ['another value', { 'detail-type': ['invoice.created'] }, false],
  ['a value that only begins like it', { 'detail-type': ['invoice'] }, false],
  ['a prefix', { source: [{ prefix: 'aws.partner/stripe.com/' }] }, true],
  ['another prefix', { source: [{ prefix: 'aws.s3' }] }, false],
  ['a prefix of what is no text', { detail: { amount: [{ prefix: '29' }] } }, false],
  ['all of its members', { source: [{ prefix: 'aws.' }], detail: { livemode: [false], amount: [2900] } }, true],
  ['all but one of its members', { source: [{ prefix: 'aws.' }], detail: { livemode: [true] } }, false],
  ['null', { detail: { gone: [null] } }, true],
  ['null, where nothing is', { detail: { absent: [null] } }, false],
  ['a number as text', { detail: { amount: ['2900'] } }, false],
  ['an entry of a list', { resources: ['b'] }, true],
  ['no entry of a list', { resources: ['c'] }, false],
  ['what an entry of a list has', { detail: { lines: { id: ['two'] } } }, true],
  ['a structure where the event has a value', { source: { name: ['x'] } }, false],
])('a pattern with %s', (_, pattern, expected) => {
  expect(matches(readEventPattern(pattern), event)).toBe(expected);
});

test.each<[unknown, string]>([
  [{ source: [{ suffix: 'x' }] }, 'its event pattern has {"suffix":"x"} for source; values and prefixes are served'],
  [
    { detail: { amount: [{ numeric: ['>', 0] }] } },
    'its event pattern has {"numeric":[">",0]} for detail.amount; values and prefixes are served',
  ],
  [
    { source: [{ prefix: { 'equals-ignore-case': 'x' } }] },
    'its event pattern has {"prefix":{"equals-ignore-case":"x"}} for source; values and prefixes are served',
  ],
  [{ $or: [{ source: ['x'] }] }, 'its event pattern has $or; values and prefixes are served'],
  [{ source: [] }, 'its event pattern has an empty list for source'],
  [{ source: 'x' }, 'an event pattern is an object with members, got: "x"'],
  [{}, 'an event pattern is an object with members, got: {}'],
])('of %j it is said what is not served', (pattern, message) => {
  expect(() => readEventPattern(pattern)).toThrow(message);
});
