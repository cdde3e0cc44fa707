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
  ['a suffix', { 'detail-type': [{ suffix: '.paid' }] }, true],
  ['another suffix', { 'detail-type': [{ suffix: '.voided' }] }, false],
  ['text in another case', { 'detail-type': [{ 'equals-ignore-case': 'Invoice.PAID' }] }, true],
  ['asterisks', { source: [{ wildcard: 'aws.partner/*.com/ed_*' }] }, true],
  ['asterisks, and a dot that is one', { source: [{ wildcard: 'aws?partner/*' }] }, false],
  ['an asterisk that is meant', { source: [{ wildcard: 'aws.partner/\\*' }] }, false],
  ['what has to be there', { detail: { gone: [{ exists: true }] } }, true],
  ['what must not be there, and is', { detail: { gone: [{ exists: false }] } }, false],
  ['what must not be there, nor what it would be in', { detail: { none: { of: [{ exists: false }] } } }, true],
  ['a number above another', { detail: { amount: [{ numeric: ['>', 2_000] }] } }, true],
  ['a range that the number is past', { detail: { amount: [{ numeric: ['>=', 0, '<', 2_900] }] } }, false],
  ['a range for what is no number', { source: [{ numeric: ['>=', 0] }] }, false],
  ['anything but what it is', { 'detail-type': [{ 'anything-but': ['invoice.paid'] }] }, false],
  ['anything but something else', { 'detail-type': [{ 'anything-but': 'invoice.created' }] }, true],
  ['anything but a prefix of it', { source: [{ 'anything-but': { prefix: 'aws.' } }] }, false],
  ['anything but something, where nothing is', { detail: { absent: [{ 'anything-but': 'x' }] } }, false],
  ['one of two patterns', { $or: [{ source: ['x'] }, { detail: { amount: [2900] } }] }, true],
  ['neither of two patterns', { $or: [{ source: ['x'] }, { source: ['y'] }] }, false],
])('a pattern with %s', (_, pattern, expected) => {
  expect(matches(readEventPattern(pattern), event)).toBe(expected);
});

test.each<[unknown, string]>([
  [
    { source: [{ cidr: '10.0.0.0/24' }] },
    'its event pattern has {"cidr":"10.0.0.0/24"} for source, which is not served',
  ],
  [
    { detail: { amount: [{ numeric: ['>'] }] } },
    'its event pattern has {"numeric":[">"]} for detail.amount, which is not served',
  ],
  [
    { source: [{ prefix: { 'equals-ignore-case': 'x' } }] },
    'its event pattern has {"prefix":{"equals-ignore-case":"x"}} for source, which is not served',
  ],
  [
    { source: [{ prefix: 'a', suffix: 'b' }] },
    'its event pattern has {"prefix":"a","suffix":"b"} for source, which is not served',
  ],
  [
    { source: [{ 'anything-but': { numeric: ['>', 1] } }] },
    'its event pattern has {"anything-but":{"numeric":[">",1]}} for source, which is not served',
  ],
  [{ $or: [{ source: ['x'] }] }, 'its event pattern has $or with less than two patterns'],
  [{ $and: [] }, 'its event pattern has $and, which is not served'],
  [{ source: [] }, 'its event pattern has an empty list for source'],
  [{ source: 'x' }, 'an event pattern is an object with members, got: "x"'],
  [{}, 'an event pattern is an object with members, got: {}'],
])('of %j it is said what is not served', (pattern, message) => {
  expect(() => readEventPattern(pattern)).toThrow(message);
});
