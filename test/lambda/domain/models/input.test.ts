import { ModelInput } from '../../../../lambda/domain/models/input';
import type { JsonObject } from '../../../../lambda/domain/models/json';
import { countTextTokens } from '../../../../lambda/model-proxy/token-counter';

const input = (body: JsonObject) => new ModelInput(body, async (text) => countTextTokens(text));
const question = (content: unknown) => ({ model: 'mini', messages: [{ role: 'user', content }] });

test('a text has no more tokens than bytes, and fewer by a closer estimate', async () => {
  const text = 'The naïve fox 🦊 jumps over a lazy dog. '.repeat(50);
  const tokens = countTextTokens(text);
  const { atMost } = input(question(text));
  const estimate = await input(question(text)).estimate();
  expect(atMost).toBeGreaterThan(tokens);
  expect(estimate).toBeGreaterThan(tokens);
  expect(estimate).toBeLessThan(atMost / 2);
});

test('a picture is so many tokens, however many bytes it has', () => {
  const picture = (bytes: number) =>
    input(question([{ type: 'image_url', image_url: { url: dataUrl(bytes) } }])).atMost;
  expect(picture(10)).toBe(picture(100_000));
  expect(picture(10)).toBeGreaterThanOrEqual(10_000);
  const source = { type: 'base64', media_type: 'image/png', data: 'A'.repeat(100_000) };
  expect(input(question([{ type: 'image', source }])).atMost).toBeLessThan(11_000);
  const inlineData = { mimeType: 'image/png', data: 'A'.repeat(100_000) };
  expect(input({ contents: [{ parts: [{ inlineData }] }] }).atMost).toBeLessThan(11_000);
});

test('a document is more the longer it is', () => {
  const file = (bytes: number) => input(question([{ file: { file_data: 'A'.repeat(bytes) } }])).atMost;
  expect(file(400_000) - file(40_000)).toBe(90_000);
});

test('what is not told is counted: texts alone, and a little for a picture', async () => {
  const words = 'one two three four';
  const tokens = countTextTokens(words);
  expect(await input(question(words)).counted()).toBe(tokens);
  const parts = [
    { type: 'text', text: words },
    { type: 'image_url', image_url: { url: dataUrl(50) } },
  ];
  expect(await input(question(parts)).counted()).toBe(tokens + 1_000);
});

test('what looks like a mark of the tokenizer’s own is text', () => {
  expect(countTextTokens('<|endoftext|>')).toBeGreaterThan(1);
});

test('a word without an end is counted in no time', () => {
  const start = performance.now();
  expect(countTextTokens('a'.repeat(300_000))).toBeGreaterThan(10_000);
  expect(performance.now() - start).toBeLessThan(5_000);
});

function dataUrl(bytes: number): string {
  return `data:image/png;base64,${'A'.repeat(bytes)}`;
}
