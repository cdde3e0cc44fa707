import type { Dialect, MeteredEvent, ModelErrorKind, Operation, StreamMeter } from './dialect';
import { type JsonObject, list, object, text } from './json';
import { MIN_OUTPUT, objectsOf, readLimit, refuseKept, refuseUnpriced, requireModel } from './reading';
import { writeEvent } from './sse';
import { type ToldUsage, tokens } from './usage';

const DEFAULT_VERSION = '2023-06-01';

/** Tools that Anthropic defines and the caller carries out himself. */
const OWN_TOOLS = /^(custom|bash_\d+|text_editor_\d+|computer_\d+|memory_\d+)$/;

/** Tokens that a thought is given to follow on, beside its budget. */
const ANSWER_AFTER_THOUGHT = 1;

/** `POST messages`. https://docs.anthropic.com/en/api/messages */
const MESSAGES: Operation = {
  read({ body }) {
    refuseExtras(body);
    const maxOutput = readLimit(body, 'max_tokens');
    const budget = readLimit(body, 'thinking', 'budget_tokens');
    return {
      model: requireModel(body.model),
      isStreamed: body.stream === true,
      maxOutput,
      // The provider refuses a limit that is not above the budget of the thoughts.
      minOutput: budget === undefined ? Math.min(MIN_OUTPUT, maxOutput ?? MIN_OUTPUT) : budget + ANSWER_AFTER_THOUGHT,
      answers: 1,
    };
  },

  write: ({ body }, model, maxOutput) => ({ path: 'messages', body: { ...body, model, max_tokens: maxOutput } }),

  usageOf: (answer) => usageOf(answer.usage),

  outputOf: (answer) =>
    list(answer.content)
      .map(object)
      .map((block) => text(block.text) ?? text(block.thinking) ?? JSON.stringify(block.input ?? ''))
      .join(''),

  meter: () => new MessagesMeter(),
};

/** https://docs.anthropic.com/en/api/overview */
export const ANTHROPIC: Dialect = {
  operations: { messages: MESSAGES },
  // Of betas nothing is passed on: some have prices of their own.
  headers: (apiKey, callers) => ({
    'x-api-key': apiKey,
    'anthropic-version': callers['anthropic-version'] ?? DEFAULT_VERSION,
  }),
  error: anthropicError,
  streamError: (kind, message) => writeEvent(anthropicError(kind, message), 'error'),
};

const ERROR_TYPES: Readonly<Record<ModelErrorKind, string>> = {
  bad_request: 'invalid_request_error',
  model_not_found: 'not_found_error',
  provider_failed: 'api_error',
  provider_busy: 'overloaded_error',
  timeout: 'timeout_error',
};

function anthropicError(kind: ModelErrorKind, message: string) {
  return { type: 'error', error: { type: ERROR_TYPES[kind], message } };
}

function refuseExtras(body: JsonObject): void {
  const { container, mcp_servers: servers, service_tier: tier, speed, inference_geo: geo } = body;
  if (container !== undefined && container !== null) {
    refuseKept('container');
  }
  const unpriced = Object.entries({
    mcp_servers: list(servers).length > 0 ? servers : undefined,
    speed,
    inference_geo: geo,
  });
  for (const [name, value] of unpriced) {
    if (value !== undefined && value !== null && value !== 'standard' && value !== 'global') {
      refuseUnpriced(name, value);
    }
  }
  if (tier !== undefined && tier !== null && tier !== 'auto' && tier !== 'standard_only') {
    refuseUnpriced('service_tier', tier);
  }
  for (const { type } of list(body.tools).map(object)) {
    if (type !== undefined && type !== null && !OWN_TOOLS.test(String(type))) {
      refuseUnpriced('tools[].type', type);
    }
  }
  for (const part of objectsOf([body.messages, body.system])) {
    if (typeof part.file_id === 'string') {
      refuseKept('file_id');
    }
  }
}

/** Tokens from the cache, and into it, are told beside the others and not among them. */
function usageOf(usage: unknown): ToldUsage {
  const told = object(usage);
  const input = tokens(told.input_tokens);
  const output = tokens(told.output_tokens);
  return {
    ...(input !== undefined && {
      input,
      cachedInput: tokens(told.cache_read_input_tokens) ?? 0,
      cacheWriteInput: tokens(told.cache_creation_input_tokens) ?? 0,
    }),
    ...(output !== undefined && { output }),
  };
}

class MessagesMeter implements StreamMeter {
  public told: ToldUsage = {};
  private readonly written: string[] = [];

  public get output(): string {
    return this.written.join('');
  }

  public read(data: JsonObject | undefined): MeteredEvent {
    switch (data?.type) {
      case 'message_start': {
        // What it says of the output is where that begins.
        const { output: _, ...input } = usageOf(object(data.message).usage);
        this.told = input;
        break;
      }
      case 'message_delta':
        this.told = { ...this.told, ...usageOf(data.usage) };
        break;
      case 'content_block_start': {
        const { name } = object(data.content_block);
        this.written.push(text(name) ?? '');
        break;
      }
      case 'content_block_delta': {
        const delta = object(data.delta);
        this.written.push(text(delta.text) ?? text(delta.thinking) ?? text(delta.partial_json) ?? '');
        break;
      }
      default:
        break;
    }
    return { isForwarded: true, isFailure: data?.type === 'error' };
  }
}
