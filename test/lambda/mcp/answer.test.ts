import { answerContent } from '../../../lambda/mcp/answer';

const content = (contentType: string | undefined, body: Buffer | string, truncated = false) =>
  answerContent({
    status: 200,
    headers: contentType === undefined ? {} : { 'content-type': contentType },
    body: Buffer.from(body),
    truncated,
  });

test.each([
  ['application/json', '{"a":1}', { body: { a: 1 } }],
  ['application/problem+json; charset=utf-8', '[1]', { body: [1] }],
  ['application/json', 'null', { body: 'null' }],
  ['application/json', '{"a":', { body: '{"a":' }],
  ['text/html', '<p>ü', { body: '<p>ü' }],
  [undefined, 'plain', { body: 'plain' }],
])('%s is shown as it is', (contentType, body, shown) => {
  expect(content(contentType, body)).toMatchObject(shown);
});

test('what is no text is named', () => {
  const bytes = Buffer.from([0x89, 0x50, 0xff]);
  const binary = { binary: { contentType: 'image/png', bytes: 3 } };
  expect(content('image/png', bytes)).toMatchObject(binary);
  expect(content('text/plain', bytes)).toMatchObject({ binary: { contentType: 'text/plain', bytes: 3 } });
  expect(content('image/png', '')).toEqual({ status: 200, headers: { 'content-type': 'image/png' } });
});

test('what was cut says so, and a character that was cut with it does no harm', () => {
  const cut = Buffer.from('ü').subarray(0, 1);
  expect(content('text/plain', Buffer.concat([Buffer.from('a'), cut]), true)).toMatchObject({
    body: 'a\ufffd',
    truncated: true,
  });
});
