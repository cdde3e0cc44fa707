import fc from 'fast-check';
import { SseParser, writeEvent } from '../../../../lambda/domain/models/sse';

const data = (bytes: Buffer, ...cuts: number[]) => {
  const parser = new SseParser();
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const events = ends.flatMap((end, index) => parser.push(bytes.subarray(ends[index - 1] ?? 0, end)));
  const raw = Buffer.concat([...events.map((event) => event.raw), parser.rest()]);
  return { data: events.map((event) => event.data).filter((text) => text !== undefined), raw };
};

test('events are told by their data, whatever else stands in them', () => {
  const stream = 'event: a\nid: 7\ndata: {"a":1}\n\n: still here\n\ndata:no space\ndata:  two\n\ndata\n\nretry: 5\n\n';
  expect(data(Buffer.from(stream)).data).toEqual(['{"a":1}', 'no space\n two', '']);
});

test('a member whose name only begins like data is none', () => {
  expect(data(Buffer.from('database: x\n\ndata: y\n\n')).data).toEqual(['y']);
});

test.each(['\n', '\r\n', '\r'])('lines may end in %j', (end) => {
  const stream = ['data: one', '', 'event: x', 'data: two', '', ''].join(end);
  expect(data(Buffer.from(stream)).data).toEqual(['one', 'two']);
});

test('what has no end is no event, and its bytes are there all the same', () => {
  const { data: found, raw } = data(Buffer.from('data: one\n\ndata: tw'));
  expect(found).toEqual(['one']);
  expect(raw.toString()).toBe('data: one\n\ndata: tw');
});

test('wherever a stream is split, its events are the same and so are its bytes', () => {
  const line = fc.oneof(
    fc.constantFrom('', '', 'data: [DONE]', ': ping', 'event: message_stop'),
    fc.string({ unit: 'grapheme' }).map((text) => `data: ${JSON.stringify({ text })}`),
  );
  const end = fc.constantFrom('\n', '\r\n', '\r');
  fc.assert(
    fc.property(fc.array(fc.tuple(line, end)), fc.array(fc.nat()), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((parts) => parts.join('')).join(''));
      const whole = data(bytes);
      const split = data(bytes, ...cuts);
      expect(split.data).toEqual(whole.data);
      expect(split.raw.equals(bytes)).toBe(true);
    }),
  );
});

test('what is written is read', () => {
  const event = Buffer.from(writeEvent({ type: 'error', text: 'a\nb' }, 'error'));
  expect(event.toString()).toMatch(/^event: error\ndata: .*\n\n$/);
  expect(data(event).data).toEqual(['{"type":"error","text":"a\\nb"}']);
});
