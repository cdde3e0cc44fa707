import { inputOf } from '../../../local/events/rule-input';
import type { RuleInput } from '../../../local/template/model';

const event = {
  version: '0',
  id: 'e1',
  'detail-type': 'QuotaRestored',
  source: 'shop',
  account: '111122223333',
  time: '2026-01-01T00:00:00Z',
  region: 'eu-west-1',
  resources: [],
  detail: { customer: 'c"1', units: 5, parts: [{ id: 'a' }] },
};

function made(template: string, paths: Record<string, string> = {}): string {
  const input: RuleInput = { kind: 'transformer', template, paths };
  return inputOf({ arn: 'arn:aws:events:eu-west-1:111122223333:rule/bus/mine', input }, event, 0);
}

test('a target gets the event, a part of it, or what is constant', () => {
  const given = (input?: RuleInput) => JSON.parse(inputOf({ arn: '', input }, event, 0));

  expect(given()).toEqual(event);
  expect(given({ kind: 'path', path: '$.detail.parts[0]' })).toEqual({ id: 'a' });
  expect(given({ kind: 'path', path: '$.detail.none' })).toBeNull();
  expect(given({ kind: 'constant', json: '[1]' })).toEqual([1]);
});

test.each([
  ['a variable by itself is JSON', '{"who":<who>,"units":<units>}', '{"who":"c\\"1","units":5}'],
  ['a variable in quotes is a part of the text', '{"text":"<who> has <units>"}', '{"text":"c\\"1 has 5"}'],
  ['text alone keeps its quotes', '"<units> units"', '"5 units"'],
  ['what is not there is null, and in text nothing', '{"none":<none>,"text":"<none>."}', '{"none":null,"text":"."}'],
  ['what is no variable stays', '"<b>bold</b>"', '"<b>bold</b>"'],
  ['a quote that is escaped ends no text', '{"a":"\\"<units>"}', '{"a":"\\"5"}'],
  ['the rule is known', '"<aws.events.rule-name>, <aws.events.event.ingestion-time>"', '"mine, 1970-01-01T00:00:00Z"'],
])('%s', (_, template, expected) => {
  const made1 = made(template, { who: '$.detail.customer', units: '$.detail.units', none: '$.detail.none' });

  expect(made1).toBe(expected);
});

test('the event can be a part of it, whole or without its detail', () => {
  const { detail, ...rest } = event;
  expect(JSON.parse(made('{"all":<aws.events.event.json>,"rest":<aws.events.event>}'))).toEqual({ all: event, rest });
});
