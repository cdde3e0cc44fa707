import type { MeteredEvent, Operation, StreamMeter } from './dialect';
import { type JsonObject, list, object, text } from './json';
import { openAiUsage, refuseOpenAiExtras } from './openai-requests';
import { MIN_OUTPUT, readLimit, refuseKept, refuseUnpriced, requireModel } from './reading';
import type { ToldUsage } from './usage';

/** Members that name what the provider keeps. */
const KEPT = ['previous_response_id', 'conversation', 'prompt'];

/** `POST responses`. https://platform.openai.com/docs/api-reference/responses/create */
export const OPENAI_RESPONSES: Operation = {
  read({ body }) {
    const kept = KEPT.find((name) => body[name] !== undefined && body[name] !== null);
    if (kept !== undefined) {
      refuseKept(kept);
    }
    if (list(body.input).some((item) => object(item).type === 'item_reference')) {
      refuseKept('input[].type: "item_reference"');
    }
    if (body.background === true) {
      refuseUnpriced('background', true);
    }
    refuseOpenAiExtras(body);
    const maxOutput = readLimit(body, 'max_output_tokens');
    return {
      model: requireModel(body.model),
      isStreamed: body.stream === true,
      maxOutput,
      minOutput: Math.min(MIN_OUTPUT, maxOutput ?? MIN_OUTPUT),
      answers: 1,
    };
  },

  // What is stored at the provider could be read by whoever learns its id.
  write: ({ body }, model, maxOutput) => ({
    path: 'responses',
    body: { ...body, model, max_output_tokens: maxOutput, store: false },
  }),

  usageOf,

  outputOf: (answer) =>
    list(answer.output)
      .map(object)
      .flatMap((item) => [item.name, item.arguments, ...list(item.content).map((part) => object(part).text)])
      .map((part) => text(part) ?? '')
      .join(''),

  meter: () => new ResponsesMeter(),
};

function usageOf(answer: JsonObject): ToldUsage {
  return openAiUsage(answer.usage, ['input', 'output']);
}

class ResponsesMeter implements StreamMeter {
  public told: ToldUsage = {};
  private readonly written: string[] = [];

  public get output(): string {
    return this.written.join('');
  }

  public read(data: JsonObject | undefined): MeteredEvent {
    const type = text(data?.type) ?? '';
    this.told = { ...this.told, ...usageOf(object(data?.response)) };
    if (type.endsWith('.delta')) {
      this.written.push(text(data?.delta) ?? '');
    }
    return { isForwarded: true, isFailure: type === 'error' || type === 'response.failed' };
  }
}
