import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { modelApp, PRICES } from '../e2e/model-app.ts';
import { startStandInProvider } from '../support/model-provider.ts';
import { startGateway } from './paid-api.mjs';

const provider = await startStandInProvider();
after(() => provider.close());
const api = await startGateway((app) => modelApp(app, provider.url));

const BALANCE = 1_000_000;
const QUESTION = 'How many words does this question have?';

/** The clients as their makers publish them: of what they do, only the address and the key are changed. */
const clients = {
  openai: (apiKey) => new OpenAI({ apiKey, baseURL: `${api.url}v1`, maxRetries: 0 }),
  anthropic: (apiKey) => new Anthropic({ apiKey, baseURL: api.url.replace(/\/$/, ''), maxRetries: 0 }),
  gemini: (apiKey) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: api.url.replace(/\/$/, '') } }),
};

/** Each way to ask: what the client answers, as text, and the tokens that it tells of, where it does. */
const ways = {
  'chat completions of openai': async (apiKey, model) => {
    const { choices, usage } = await clients.openai(apiKey).chat.completions.create({ model, messages: ask() });
    return { text: choices[0].message.content, output: usage.completion_tokens };
  },
  'streamed chat completions of openai': async (apiKey, model) => {
    const stream = await clients.openai(apiKey).chat.completions.create({ model, messages: ask(), stream: true });
    let text = '';
    for await (const chunk of stream) {
      // Nobody has asked for the usage, and so for no chunk without choices.
      assert.equal(chunk.choices.length, 1);
      text += chunk.choices[0].delta.content ?? '';
    }
    return { text };
  },
  'streamed chat completions of openai with usage': async (apiKey, model) => {
    const stream = await clients.openai(apiKey).chat.completions.create({
      model,
      messages: ask(),
      stream: true,
      stream_options: { include_usage: true },
    });
    let [text, output] = ['', 0];
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      output = chunk.usage?.completion_tokens ?? output;
    }
    return { text, output };
  },
  'responses of openai': async (apiKey, model) => {
    const { output_text: text, usage } = await clients.openai(apiKey).responses.create({ model, input: QUESTION });
    return { text, output: usage.output_tokens };
  },
  'streamed responses of openai': async (apiKey, model) => {
    const stream = clients.openai(apiKey).responses.stream({ model, input: QUESTION });
    const { output_text: text, usage } = await stream.finalResponse();
    return { text, output: usage.output_tokens };
  },
  'messages of anthropic': async (apiKey, model) => {
    const { content, usage } = await clients
      .anthropic(apiKey)
      .messages.create({ model, max_tokens: 100, messages: ask() });
    return { text: content[0].text, output: usage.output_tokens };
  },
  'streamed messages of anthropic': async (apiKey, model) => {
    const stream = clients.anthropic(apiKey).messages.stream({ model, max_tokens: 100, messages: ask() });
    const { content, usage } = await stream.finalMessage();
    return { text: content[0].text, output: usage.output_tokens };
  },
  'content of google': async (apiKey, model) => {
    const { text, usageMetadata } = await clients.gemini(apiKey).models.generateContent({ model, contents: QUESTION });
    return { text, output: usageMetadata.candidatesTokenCount };
  },
  'streamed content of google': async (apiKey, model) => {
    const stream = await clients.gemini(apiKey).models.generateContentStream({ model, contents: QUESTION });
    let [text, output] = ['', 0];
    for await (const chunk of stream) {
      text += chunk.text ?? '';
      output = chunk.usageMetadata.candidatesTokenCount;
    }
    return { text, output };
  },
};

function ask() {
  return [{ role: 'user', content: QUESTION }];
}

/** Units by the price table, in integers throughout. */
function price({ input, output, cachedInput, cacheWriteInput = input }, tokens) {
  const { fresh, cached, written, answered } = tokens;
  const sum = BigInt(fresh) * BigInt(input) + BigInt(cached) * BigInt(cachedInput);
  const all = sum + BigInt(written) * BigInt(cacheWriteInput) + BigInt(answered) * BigInt(output);
  return Number((all + 999_999n) / 1_000_000n);
}

async function settled(customer, expected) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { remaining } = await api.balanceOf(customer);
    if (remaining === expected || Date.now() > deadline) {
      return remaining;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for (const [name, way] of Object.entries(ways)) {
  test(`${name} arrive, and cost the price table times the tokens`, async () => {
    const { customer, apiKey } = await api.addCustomer({ plan: 'pro', remaining: BALANCE });
    const isAnthropic = name.includes('anthropic');
    provider.next({ words: 31, cached: 3, written: isAnthropic ? 2 : 0 });
    const { text, output } = await way(apiKey, 'large');
    assert.equal(text.trim().split(/\s+/).length, 31);
    assert.ok(text.includes('naïve façade –') || text.includes('– naïve façade'));
    if (output !== undefined) {
      assert.equal(output, 31);
    }
    const request = provider.requests.at(-1);
    assert.ok(!JSON.stringify(request.headers).includes(apiKey), 'the key of the paywall stays here');
    const written = isAnthropic ? 2 : 0;
    const tokens = { fresh: request.input - 3 - written, cached: 3, written, answered: 31 };
    const units = price(PRICES.large, tokens);
    assert.ok(units > 400);
    assert.equal(await settled(customer, BALANCE - units), BALANCE - units);
  });
}

test('a client is told 402 and where to pay, and nothing is charged', async () => {
  const { customer, apiKey } = await api.addCustomer({ plan: 'pro', remaining: 8 });
  const told = {
    openai: () => ways['chat completions of openai'](apiKey, 'large'),
    anthropic: () => ways['streamed messages of anthropic'](apiKey, 'large'),
    google: () => ways['content of google'](apiKey, 'large'),
  };
  for (const call of Object.values(told)) {
    await assert.rejects(call, (error) => error.status === 402 && /checkoutUrl/.test(error.message));
  }
  assert.equal(await settled(customer, 8), 8);
});

test('a client is told in its own words of a model that there is none of', async () => {
  const { apiKey } = await api.addCustomer({ plan: 'pro', remaining: BALANCE });
  const openai = ways['chat completions of openai'](apiKey, 'gpt-unheard-of');
  await assert.rejects(openai, (error) => error instanceof OpenAI.NotFoundError && error.code === 'model_not_found');
  const anthropic = ways['messages of anthropic'](apiKey, 'claude-unheard-of');
  await assert.rejects(anthropic, (error) => error instanceof Anthropic.NotFoundError);
  const gemini = ways['content of google'](apiKey, 'gemini-unheard-of');
  await assert.rejects(gemini, (error) => error.status === 404 && /These are: mini, large/.test(error.message));
});

test('a client is told in its own words that a stream has broken off', async () => {
  const { apiKey } = await api.addCustomer({ plan: 'pro', remaining: BALANCE });
  provider.next({ breakAfter: 5 });
  await assert.rejects(ways['streamed chat completions of openai'](apiKey, 'large'), /broken off/);
  provider.next({ breakAfter: 5 });
  await assert.rejects(ways['streamed messages of anthropic'](apiKey, 'large'), /broken off/);
});
