import type { ModelCall } from '../../../../lambda/domain/models/dialect';
import { DIALECTS } from '../../../../lambda/domain/models/dialects';
import type { JsonObject } from '../../../../lambda/domain/models/json';
import type { ModelDialect } from '../../../../lib/private/model-entry';

const OPERATIONS = {
  chat: ['openai', 'chat/completions'],
  responses: ['openai', 'responses'],
  messages: ['anthropic', 'messages'],
  generate: ['gemini', 'models/{operation}'],
} as const;

type Name = keyof typeof OPERATIONS;

function operation(name: Name) {
  const [dialect, path] = OPERATIONS[name];
  const found = DIALECTS[dialect as ModelDialect].operations[path];
  if (found === undefined) {
    throw new Error(path);
  }
  return found;
}

function call(name: Name, body: JsonObject, more: Partial<ModelCall> = {}): ModelCall {
  const parameter = name === 'generate' ? 'mini:generateContent' : undefined;
  const model = name === 'generate' ? {} : { model: 'mini' };
  return { operation: OPERATIONS[name][1], parameter, query: {}, body: { ...model, ...body }, ...more };
}

const read = (name: Name, body: JsonObject) => operation(name).read(call(name, body));
const write = (name: Name, body: JsonObject) => operation(name).write(call(name, body), 'theirs', 50);

describe('what a call asks for', () => {
  test.each([
    ['chat', { max_completion_tokens: 70, n: 3, stream: true }, { maxOutput: 70, answers: 3, isStreamed: true }],
    ['chat', { max_tokens: 70 }, { maxOutput: 70, answers: 1, isStreamed: false }],
    ['chat', { max_tokens: null }, { maxOutput: undefined, minOutput: 16 }],
    ['chat', { max_tokens: 5 }, { maxOutput: 5, minOutput: 5 }],
    ['responses', { max_output_tokens: 70, stream: true }, { maxOutput: 70, isStreamed: true }],
    ['messages', { max_tokens: 70 }, { maxOutput: 70, minOutput: 16 }],
    // Fewer would be refused by the provider.
    ['messages', { max_tokens: 9_000, thinking: { type: 'enabled', budget_tokens: 2_000 } }, { minOutput: 2_001 }],
    ['generate', { generationConfig: { maxOutputTokens: 70, candidateCount: 2 } }, { maxOutput: 70, answers: 2 }],
    ['generate', { generation_config: { max_output_tokens: 70 } }, { maxOutput: 70, isStreamed: false }],
  ] as const)('%s: %j', (name, body, expected) => {
    expect(read(name, body)).toMatchObject({ model: 'mini', ...expected });
  });

  test.each(['chat', 'responses', 'messages'] as const)('%s without a model is refused', (name) => {
    expect(() => read(name, { model: undefined })).toThrow('Name a model');
  });

  test.each([
    ['chat', { max_tokens: 1.5 }, '`max_tokens`'],
    ['chat', { max_tokens: '12' }, '`max_tokens`'],
    ['chat', { n: 129 }, '`n`'],
    ['responses', { max_output_tokens: -1 }, '`max_output_tokens`'],
    ['messages', { max_tokens: 10 ** 9 + 1 }, '`max_tokens`'],
    ['generate', { generationConfig: { maxOutputTokens: 0 } }, '`generationConfig.maxOutputTokens`'],
  ] as const)('%s: %j is no limit', (name, body, named) => {
    expect(() => read(name, body)).toThrow(named);
  });

  test('content of Gemini is asked for by the path', () => {
    const { read } = operation('generate');
    const streamed = call('generate', {}, { parameter: 'large:streamGenerateContent', query: { alt: 'sse' } });
    expect(read(streamed)).toMatchObject({ model: 'large', isStreamed: true });
    expect(() => read({ ...streamed, query: {} })).toThrow('?alt=sse');
    expect(() => read({ ...streamed, parameter: 'large:countTokens' })).toThrow('got: "large:countTokens"');
    expect(() => read({ ...streamed, parameter: 'large' })).toThrow('got: "large"');
  });
});

describe('what the provider is sent', () => {
  test.each([
    ['chat', { n: 2 }, 'chat/completions', { n: 2, max_completion_tokens: 50, store: false, model: 'theirs' }],
    ['chat', { max_tokens: 9 }, 'chat/completions', { max_tokens: 50, store: false, model: 'theirs' }],
    [
      'chat',
      { max_tokens: 9, max_completion_tokens: 8, store: true },
      'chat/completions',
      { max_completion_tokens: 50, store: false, model: 'theirs' },
    ],
    [
      'chat',
      { stream: true, stream_options: { include_obfuscation: false } },
      'chat/completions',
      {
        stream: true,
        stream_options: { include_obfuscation: false, include_usage: true },
        max_completion_tokens: 50,
        store: false,
        model: 'theirs',
      },
    ],
    ['responses', { input: 'x' }, 'responses', { input: 'x', max_output_tokens: 50, store: false, model: 'theirs' }],
    ['messages', { top_k: 3 }, 'messages', { top_k: 3, max_tokens: 50, model: 'theirs' }],
    [
      'generate',
      // Of a limit in both spellings, the provider might heed the other one.
      { generation_config: { max_output_tokens: 900, top_k: 3 }, system_instruction: { parts: [] } },
      'models/theirs:generateContent',
      { generationConfig: { maxOutputTokens: 50, topK: 3 }, systemInstruction: { parts: [] } },
    ],
  ] as const)('%s: %j', (name, body, path, sent) => {
    expect(write(name, body)).toEqual({ path, body: sent });
  });

  test('each knows the operator by a header of its own', () => {
    expect(DIALECTS.openai.headers('k', {})).toEqual({ authorization: 'Bearer k' });
    expect(DIALECTS.gemini.headers('k', {})).toEqual({ 'x-goog-api-key': 'k' });
    const sent = { 'anthropic-version': '2099-01-01', 'anthropic-beta': 'dear-thing', authorization: 'Bearer theirs' };
    expect(DIALECTS.anthropic.headers('k', sent)).toEqual({ 'x-api-key': 'k', 'anthropic-version': '2099-01-01' });
    expect(DIALECTS.anthropic.headers('k', {})).toMatchObject({ 'anthropic-version': '2023-06-01' });
  });
});

describe('what has no price is refused by name', () => {
  test.each([
    ['chat', { web_search_options: {} }, 'web_search_options'],
    ['chat', { audio: { voice: 'x' } }, 'audio'],
    ['chat', { modalities: ['text', 'audio'] }, 'modalities'],
    ['chat', { prediction: { type: 'content', content: 'x' } }, 'prediction'],
    ['chat', { service_tier: 'priority' }, 'service_tier'],
    ['responses', { tools: [{ type: 'function' }, { type: 'web_search' }] }, 'tools[].type'],
    ['responses', { background: true }, 'background'],
    ['messages', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools[].type'],
    ['messages', { mcp_servers: [{ url: 'https://example.com' }] }, 'mcp_servers'],
    ['messages', { speed: 'fast' }, 'speed'],
    ['messages', { inference_geo: 'us' }, 'inference_geo'],
    ['messages', { service_tier: 'batch' }, 'service_tier'],
    ['generate', { tools: [{ google_search: {} }] }, 'tools[].googleSearch'],
    ['generate', { generationConfig: { responseModalities: ['IMAGE'] } }, 'generationConfig.responseModalities'],
    ['generate', { service_tier: 'priority' }, 'serviceTier'],
  ] as const)('%s: %j', (name, body, named) => {
    expect(() => read(name, body)).toThrow(`\`${named}\` has no price here`);
  });

  test.each([
    ['chat', { tools: [{ type: 'function', function: { name: 'f' } }], service_tier: 'flex', audio: null }],
    ['responses', { tools: [{ type: 'custom', name: 'f' }], service_tier: 'auto', background: false }],
    [
      'messages',
      {
        tools: [
          { name: 'f', input_schema: {} },
          { type: 'bash_20250124', name: 'bash' },
        ],
      },
    ],
    ['messages', { service_tier: 'standard_only', speed: 'standard', mcp_servers: [] }],
    ['generate', { tools: [{ functionDeclarations: [] }, { function_declarations: [] }] }],
  ] as const)('and what has one is not: %s: %j', (name, body) => {
    expect(read(name, body).model).toBe('mini');
  });
});

describe('what the provider keeps for all customers is refused by name', () => {
  test.each([
    ['chat', { messages: [{ content: [{ type: 'file', file: { file_id: 'file-1' } }] }] }, 'file_id'],
    ['responses', { previous_response_id: 'resp_1' }, 'previous_response_id'],
    ['responses', { conversation: 'conv_1' }, 'conversation'],
    ['responses', { prompt: { id: 'pmpt_1' } }, 'prompt'],
    ['responses', { input: [{ type: 'item_reference', id: 'msg_1' }] }, 'item_reference'],
    ['responses', { input: [{ content: [{ type: 'input_file', file_id: 'file-1' }] }] }, 'file_id'],
    ['messages', { container: 'container_1' }, 'container'],
    ['messages', { messages: [{ content: [{ source: { type: 'file', file_id: 'file_1' } }] }] }, 'file_id'],
    ['generate', { cached_content: 'cachedContents/1' }, 'cachedContent'],
    ['generate', { contents: [{ parts: [{ file_data: { file_uri: 'x' } }] }] }, 'fileData'],
  ] as const)('%s: %j', (name, body, named) => {
    expect(() => read(name, body)).toThrow(named);
  });

  test.each([
    ['messages', { messages: [{ content: [{ type: 'tool_use', input: { file_id: 'mine' } }] }] }],
    ['generate', { contents: [{ parts: [{ functionCall: { args: { fileData: 'mine' } } }] }] }],
  ] as const)('a caller’s own data may be called the same: %s: %j', (name, body) => {
    expect(read(name, body).model).toBe('mini');
  });
});

describe('usage', () => {
  const told = (input: number, cachedInput: number, cacheWriteInput: number, output: number) => ({
    input,
    cachedInput,
    cacheWriteInput,
    output,
  });

  test.each([
    [
      'chat',
      { usage: { prompt_tokens: 10, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 4 } } },
      told(6, 4, 0, 7),
    ],
    ['chat', { usage: { prompt_tokens: 10, completion_tokens: 7 } }, told(10, 0, 0, 7)],
    [
      'responses',
      { usage: { input_tokens: 10, output_tokens: 7, input_tokens_details: { cached_tokens: 4 } } },
      told(6, 4, 0, 7),
    ],
    [
      'messages',
      {
        usage: { input_tokens: 10, output_tokens: 7, cache_read_input_tokens: 4, cache_creation_input_tokens: 3 },
      },
      told(10, 4, 3, 7),
    ],
    [
      'generate',
      {
        usageMetadata: {
          promptTokenCount: 10,
          toolUsePromptTokenCount: 2,
          cachedContentTokenCount: 4,
          candidatesTokenCount: 7,
          thoughtsTokenCount: 5,
        },
      },
      told(8, 4, 0, 12),
    ],
    // A prompt that was blocked.
    ['generate', { usageMetadata: { promptTokenCount: 10 } }, told(10, 0, 0, 0)],
  ] as const)('of %s: %j', (name, answer, expected) => {
    expect(operation(name).usageOf(answer)).toEqual(expected);
  });

  test.each(['chat', 'responses', 'messages', 'generate'] as const)('of %s may be missing, or nonsense', (name) => {
    expect(operation(name).usageOf({})).toEqual({});
    const nonsense = { input_tokens: -1, prompt_tokens: 'x', promptTokenCount: 1.5, output_tokens: null };
    expect(operation(name).usageOf({ usage: nonsense, usageMetadata: nonsense })).toEqual({});
  });
});

describe('streams', () => {
  const meter = (name: Name, body: JsonObject, events: readonly JsonObject[]) => {
    const reading = operation(name).meter(call(name, body));
    const read = events.map((event) => reading.read(event));
    return { told: reading.told, output: reading.output, read };
  };
  const last = { id: 'c', choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } };
  const delta = (delta: JsonObject) => ({ choices: [{ index: 0, delta }], usage: null });

  test('a chat’s usage is kept from who has not asked for it', () => {
    const events = [delta({ content: 'a' }), delta({ content: 'b' }), last];
    const { told, output, read } = meter('chat', {}, events);
    expect(read.map(({ isForwarded }) => isForwarded)).toEqual([true, true, false]);
    expect(told).toMatchObject({ input: 3, output: 2 });
    expect(output).toBe('ab');
    const asked = meter('chat', { stream_options: { include_usage: true } }, events);
    expect(asked.read.every(({ isForwarded }) => isForwarded)).toBe(true);
  });

  test('calls of tools are written as well', () => {
    const called = delta({ tool_calls: [{ function: { name: 'find', arguments: '{"a"' } }] });
    expect(meter('chat', {}, [called, delta({ reasoning_content: 'hm' })]).output).toBe('find{"a"hm');
    const begun = { type: 'content_block_start', content_block: { type: 'tool_use', name: 'find' } };
    const piece = { type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: '{"a"' } };
    expect(meter('messages', {}, [begun, piece]).output).toBe('find{"a"');
    const content = { candidates: [{ content: { parts: [{ functionCall: { name: 'find' } }] } }] };
    expect(meter('generate', {}, [content]).output).toContain('find');
    const given = { type: 'response.function_call_arguments.delta', delta: '{"a"' };
    expect(meter('responses', {}, [given]).output).toBe('{"a"');
  });

  test('a message’s input is told first and its output last', () => {
    const begun = { type: 'message_start', message: { usage: { input_tokens: 9, output_tokens: 1 } } };
    expect(meter('messages', {}, [begun]).told).toEqual({ input: 9, cachedInput: 0, cacheWriteInput: 0 });
    const ended = { type: 'message_delta', usage: { output_tokens: 7 } };
    expect(meter('messages', {}, [begun, ended]).told).toMatchObject({ input: 9, output: 7 });
  });

  test.each([
    ['chat', { error: { message: 'x' } }],
    ['responses', { type: 'error', message: 'x' }],
    ['responses', { type: 'response.failed', response: {} }],
    ['messages', { type: 'error', error: { type: 'overloaded_error' } }],
    ['generate', { error: { code: 503 } }],
  ] as const)('%s: %j says that the provider has failed', (name, event) => {
    expect(meter(name, {}, [event]).read).toEqual([{ isForwarded: true, isFailure: true }]);
  });

  test.each(['chat', 'responses', 'messages', 'generate'] as const)('%s: what is no JSON is passed on', (name) => {
    const reading = operation(name).meter(call(name, {}));
    expect(reading.read(undefined)).toEqual({ isForwarded: true, isFailure: false });
  });
});
