import type { IncomingHttpHeaders } from 'node:http';

// biome-ignore lint/suspicious/noExplicitAny: JSON of three APIs
export type Json = any;

/** What a stand-in writes for one request. */
export interface Produced {
  readonly words: readonly string[];
  readonly thoughts: number;
  readonly input: number;
  readonly cached: number;
  readonly written: number;
  readonly untold: boolean;
  /** Whether the request's limit has ended it. */
  readonly isCut: boolean;
}

/** How one operation of one provider writes it. */
export interface AnswerFormat {
  readonly isStreamed: boolean;
  readonly maxOutput?: number;
  keyOf(headers: IncomingHttpHeaders): string | undefined;
  error(status: number, message: string): Json;
  whole(produced: Produced): Json;
  begin(produced: Produced): string;
  word(word: string, produced: Produced, index: number): string;
  end(produced: Produced): string;
  streamError(message: string): string;
}

/** The operation that a request is for; nothing where none of the three APIs has it. */
export function readFormat(path: string, body: Json): AnswerFormat | undefined {
  const [, model, method] = /\/models\/([^:/?]+):(\w+)/.exec(path) ?? [];
  if (path.endsWith('/chat/completions')) {
    return chat(body);
  }
  if (path.endsWith('/responses')) {
    return responses(body);
  }
  if (path.endsWith('/messages')) {
    return messages(body);
  }
  return model === undefined
    ? undefined
    : generate(decodeURIComponent(model), method === 'streamGenerateContent', body);
}

const event = (data: Json, type?: string) =>
  `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(data)}\n\n`;
const bearer = (headers: IncomingHttpHeaders) => headers.authorization?.replace('Bearer ', '');
const openAiError = (_: number, message: string) => ({
  error: { message, type: 'server_error', param: null, code: null },
});

function chat({
  model,
  stream,
  stream_options: options,
  max_tokens: older,
  max_completion_tokens: newer,
}: Json): AnswerFormat {
  const usage = ({ words, thoughts, input, cached }: Produced) => ({
    prompt_tokens: input,
    completion_tokens: words.length + thoughts,
    total_tokens: input + words.length + thoughts,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: thoughts },
  });
  const base = { id: 'chatcmpl-1', created: 1_700_000_000, model, system_fingerprint: 'fp_1' };
  const chunk = (delta: Json, finish: string | null = null) =>
    event({
      ...base,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(options?.include_usage && { usage: null }),
    });
  const finish = (produced: Produced) => (produced.isCut ? 'length' : 'stop');
  return {
    isStreamed: stream === true,
    maxOutput: newer ?? older,
    keyOf: bearer,
    error: openAiError,
    whole: (produced) => ({
      ...base,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: produced.words.join(''), refusal: null },
          logprobs: null,
          finish_reason: finish(produced),
        },
      ],
      ...(!produced.untold && { usage: usage(produced) }),
    }),
    begin: () => chunk({ role: 'assistant', content: '', refusal: null }),
    word: (word) => chunk({ content: word }),
    end: (produced) => {
      const told = options?.include_usage === true && !produced.untold;
      const last = told ? event({ ...base, object: 'chat.completion.chunk', choices: [], usage: usage(produced) }) : '';
      return `${chunk({}, finish(produced))}${last}data: [DONE]\n\n`;
    },
    streamError: (message) => event(openAiError(500, message)),
  };
}

function responses({ model, stream, max_output_tokens: maxOutput }: Json): AnswerFormat {
  const usage = ({ words, thoughts, input, cached }: Produced) => ({
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: words.length + thoughts,
    output_tokens_details: { reasoning_tokens: thoughts },
    total_tokens: input + words.length + thoughts,
  });
  const response = (produced: Produced, status: string) => ({
    id: 'resp_1',
    object: 'response',
    created_at: 1_700_000_000,
    status,
    error: null,
    incomplete_details: produced.isCut ? { reason: 'max_output_tokens' } : null,
    model,
    output:
      status === 'in_progress'
        ? []
        : [
            {
              type: 'message',
              id: 'msg_1',
              status: 'completed',
              role: 'assistant',
              content: [{ type: 'output_text', text: produced.words.join(''), annotations: [] }],
            },
          ],
    parallel_tool_calls: true,
    tools: [],
    usage: status === 'in_progress' || produced.untold ? null : usage(produced),
  });
  const ended = (produced: Produced) => (produced.isCut ? 'incomplete' : 'completed');
  const typed = (data: Json) => event(data, data.type);
  return {
    isStreamed: stream === true,
    maxOutput,
    keyOf: bearer,
    error: openAiError,
    whole: (produced) => response(produced, ended(produced)),
    begin: (produced) =>
      [
        { type: 'response.created', sequence_number: 0, response: response(produced, 'in_progress') },
        {
          type: 'response.output_item.added',
          sequence_number: 1,
          output_index: 0,
          item: { id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] },
        },
        {
          type: 'response.content_part.added',
          sequence_number: 2,
          item_id: 'msg_1',
          output_index: 0,
          content_index: 0,
          part: { type: 'output_text', text: '', annotations: [] },
        },
      ]
        .map(typed)
        .join(''),
    word: (delta, _, index) =>
      typed({
        type: 'response.output_text.delta',
        sequence_number: index + 3,
        item_id: 'msg_1',
        output_index: 0,
        content_index: 0,
        delta,
        logprobs: [],
      }),
    end: (produced) =>
      typed({
        type: `response.${ended(produced)}`,
        sequence_number: produced.words.length + 3,
        response: response(produced, ended(produced)),
      }),
    streamError: (message) => typed({ type: 'error', sequence_number: 99, code: 'server_error', message, param: null }),
  };
}

function messages({ model, stream, max_tokens: maxOutput }: Json): AnswerFormat {
  const inputs = ({ input, cached, written }: Produced) => ({
    input_tokens: input - cached - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cached,
  });
  const stop = (produced: Produced) => (produced.isCut ? 'max_tokens' : 'end_turn');
  const base = { id: 'msg_1', type: 'message', role: 'assistant', model };
  const error = (_: number, message: string) => ({ type: 'error', error: { type: 'api_error', message } });
  const typed = (data: Json) => event(data, data.type);
  const output = ({ words, thoughts }: Produced) => words.length + thoughts;
  return {
    isStreamed: stream === true,
    maxOutput,
    keyOf: (headers) => headers['x-api-key']?.toString(),
    error,
    whole: (produced) => ({
      ...base,
      content: [{ type: 'text', text: produced.words.join('') }],
      stop_reason: stop(produced),
      stop_sequence: null,
      ...(!produced.untold && { usage: { ...inputs(produced), output_tokens: output(produced) } }),
    }),
    begin: (produced) =>
      [
        {
          type: 'message_start',
          message: {
            ...base,
            content: [],
            stop_reason: null,
            stop_sequence: null,
            ...(produced.untold ? {} : { usage: { ...inputs(produced), output_tokens: 1 } }),
          },
        },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'ping' },
      ]
        .map(typed)
        .join(''),
    word: (word) => typed({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: word } }),
    end: (produced) =>
      [
        { type: 'content_block_stop', index: 0 },
        {
          type: 'message_delta',
          delta: { stop_reason: stop(produced), stop_sequence: null },
          ...(!produced.untold && { usage: { output_tokens: output(produced) } }),
        },
        { type: 'message_stop' },
      ]
        .map(typed)
        .join(''),
    streamError: (message) => typed({ type: 'error', error: { type: 'overloaded_error', message } }),
  };
}

function generate(model: string, isStreamed: boolean, { generationConfig }: Json): AnswerFormat {
  const usage = ({ thoughts, input, cached }: Produced, words: number) => ({
    promptTokenCount: input,
    candidatesTokenCount: words,
    totalTokenCount: input + words + thoughts,
    ...(cached > 0 && { cachedContentTokenCount: cached }),
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
  });
  const answer = (produced: Produced, text: string, words: number, finish?: string) => ({
    candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...(finish && { finishReason: finish }) }],
    ...(!produced.untold && { usageMetadata: usage(produced, words) }),
    modelVersion: model,
    responseId: 'resp-1',
  });
  const finish = (produced: Produced) => (produced.isCut ? 'MAX_TOKENS' : 'STOP');
  const error = (code: number, message: string) => ({ error: { code, message, status: 'INTERNAL' } });
  return {
    isStreamed,
    maxOutput: generationConfig?.maxOutputTokens,
    keyOf: (headers) => headers['x-goog-api-key']?.toString(),
    error,
    whole: (produced) => answer(produced, produced.words.join(''), produced.words.length, finish(produced)),
    begin: () => '',
    word: (word, produced, index) => event(answer(produced, word, index + 1)),
    end: (produced) => event(answer(produced, '', produced.words.length, finish(produced))),
    streamError: (message) => event(error(503, message)),
  };
}
