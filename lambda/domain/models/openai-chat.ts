import type { MeteredEvent, ModelCall, Operation, StreamMeter } from './dialect';
import { type JsonObject, list, object, text } from './json';
import { openAiUsage, refuseOpenAiExtras } from './openai-requests';
import { MIN_OUTPUT, readAnswers, readLimit, refuseUnpriced, requireModel } from './reading';
import type { ToldUsage } from './usage';

/** What is not paid for by tokens of text, or by more of them than the limit says. */
const UNPRICED = ['audio', 'prediction', 'web_search_options'];

/** `POST chat/completions`. https://platform.openai.com/docs/api-reference/chat/create */
export const OPENAI_CHAT: Operation = {
  read({ body }) {
    const unpriced = UNPRICED.find((name) => body[name] !== undefined && body[name] !== null);
    if (unpriced !== undefined) {
      refuseUnpriced(unpriced, body[unpriced]);
    }
    if (list(body.modalities).some((modality) => modality !== 'text')) {
      refuseUnpriced('modalities', body.modalities);
    }
    refuseOpenAiExtras(body);
    const maxOutput = readLimit(body, 'max_completion_tokens') ?? readLimit(body, 'max_tokens');
    return {
      model: requireModel(body.model),
      isStreamed: body.stream === true,
      maxOutput,
      minOutput: Math.min(MIN_OUTPUT, maxOutput ?? MIN_OUTPUT),
      answers: readAnswers(body, 'n'),
    };
  },

  write({ body }, model, maxOutput) {
    // By the name that the caller uses: models that think know only the newer one, and other providers the older one alone.
    const { max_tokens: older, max_completion_tokens: newer, ...others } = body;
    const usesOlder = newer === undefined && older !== undefined && older !== null;
    const limit = usesOlder ? { max_tokens: maxOutput } : { max_completion_tokens: maxOutput };
    const options = body.stream === true && {
      stream_options: { ...object(body.stream_options), include_usage: true },
    };
    return { path: 'chat/completions', body: { ...others, ...limit, ...options, model, store: false } };
  },

  usageOf: usageOf,

  outputOf: (answer) =>
    list(answer.choices)
      .map((choice) => written(object(choice).message))
      .join('\n'),

  meter: (call) => new ChatMeter(call),
};

function usageOf(answer: JsonObject): ToldUsage {
  return openAiUsage(answer.usage, ['prompt', 'completion']);
}

/** What a message, or a piece of one, says, thoughts and calls of tools included. */
function written(message: unknown): string {
  const { content, refusal, reasoning_content: reasoning, tool_calls: calls } = object(message);
  const called = list(calls).map((call) => {
    const { name, arguments: given } = object(object(call).function);
    return `${text(name) ?? ''}${text(given) ?? ''}`;
  });
  return [content, refusal, reasoning, ...called].map((part) => text(part) ?? '').join('');
}

class ChatMeter implements StreamMeter {
  public told: ToldUsage = {};
  private readonly written: string[] = [];
  private readonly wantsUsage: boolean;

  constructor({ body }: ModelCall) {
    this.wantsUsage = object(body.stream_options).include_usage === true;
  }

  public get output(): string {
    return this.written.join('');
  }

  public read(data: JsonObject | undefined): MeteredEvent {
    if (data === undefined) {
      return { isForwarded: true, isFailure: false };
    }
    this.told = { ...this.told, ...usageOf(data) };
    const choices = list(data.choices);
    this.written.push(...choices.map((choice) => written(object(choice).delta)));
    // With the usage comes an event of its own, which nobody expects who has not asked for it.
    const isUsageAlone = choices.length === 0 && typeof data.usage === 'object' && data.usage !== null;
    return {
      isForwarded: this.wantsUsage || !isUsageAlone,
      isFailure: data.error !== undefined && data.error !== null,
    };
  }
}
