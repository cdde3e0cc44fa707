import {
  BadModelRequest,
  type Dialect,
  ERROR_STATUS,
  type MeteredEvent,
  type ModelCall,
  type ModelErrorKind,
  type Operation,
  type StreamMeter,
} from './dialect';
import { type JsonObject, list, object, text } from './json';
import { MIN_OUTPUT, objectsOf, readAnswers, readLimit, refuseKept, refuseUnpriced, requireModel } from './reading';
import { writeEvent } from './sse';
import { splitInput, type ToldUsage, tokens } from './usage';

/** Service tiers at the price that everybody pays, or less. */
const TIERS = ['unspecified', 'standard', 'flex'];

/** `POST models/{model}:generateContent`, and `:streamGenerateContent`. https://ai.google.dev/api/generate-content */
const GENERATE: Operation = {
  read(call) {
    const { model, isStreamed } = target(call);
    const body = inCamelCase(call.body);
    refuseExtras(body);
    const maxOutput = readLimit(body, 'generationConfig', 'maxOutputTokens');
    return {
      model: requireModel(model),
      isStreamed,
      maxOutput,
      minOutput: Math.min(MIN_OUTPUT, maxOutput ?? MIN_OUTPUT),
      answers: readAnswers(body, 'generationConfig', 'candidateCount'),
    };
  },

  write(call, model, maxOutput) {
    const body = inCamelCase(call.body);
    const generationConfig = { ...object(body.generationConfig), maxOutputTokens: maxOutput };
    const method = target(call).isStreamed ? 'streamGenerateContent?alt=sse' : 'generateContent';
    return { path: `models/${encodeURIComponent(model)}:${method}`, body: { ...body, generationConfig } };
  },

  usageOf,

  outputOf: written,

  meter: () => new GenerateMeter(),
};

export const GEMINI: Dialect = {
  operations: { 'models/{operation}': GENERATE },
  headers: (apiKey) => ({ 'x-goog-api-key': apiKey }),
  error: geminiError,
  streamError: (kind, message) => writeEvent(geminiError(kind, message)),
};

const STATUSES: Readonly<Record<ModelErrorKind, string>> = {
  bad_request: 'INVALID_ARGUMENT',
  model_not_found: 'NOT_FOUND',
  provider_failed: 'INTERNAL',
  provider_busy: 'UNAVAILABLE',
  timeout: 'DEADLINE_EXCEEDED',
};

function geminiError(kind: ModelErrorKind, message: string) {
  return { error: { code: ERROR_STATUS[kind], message, status: STATUSES[kind] } };
}

function target({ parameter = '', query }: ModelCall): { readonly model: string; readonly isStreamed: boolean } {
  const [, model = '', method] = /^([^:]*):(\w+)$/.exec(parameter) ?? [];
  if (method !== 'generateContent' && method !== 'streamGenerateContent') {
    const got = JSON.stringify(parameter.slice(0, 100));
    throw new BadModelRequest(
      `Call models/{model}:generateContent or models/{model}:streamGenerateContent, got: ${got}.`,
      'model_not_found',
    );
  }
  const isStreamed = method === 'streamGenerateContent';
  if (isStreamed && query.alt !== 'sse') {
    throw new BadModelRequest('Streams are served as server-sent events: add `?alt=sse` to the URL.');
  }
  return { model, isStreamed };
}

/**
 * The members whose names count here in the one of both spellings that Google's APIs take: whoever wrote a limit in the other would
 * have it beside ours.
 */
function inCamelCase(body: JsonObject): JsonObject {
  const camel = renamed(body);
  return camel.generationConfig === undefined
    ? camel
    : { ...camel, generationConfig: renamed(object(camel.generationConfig)) };
}

function renamed(members: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

function refuseExtras(body: JsonObject): void {
  if (body.cachedContent !== undefined && body.cachedContent !== null) {
    refuseKept('cachedContent');
  }
  const { serviceTier: tier } = body;
  if (tier !== undefined && tier !== null && !TIERS.includes(String(tier).toLowerCase())) {
    refuseUnpriced('serviceTier', tier);
  }
  for (const tool of list(body.tools).map(object)) {
    const others = Object.keys(renamed(tool)).filter((name) => name !== 'functionDeclarations');
    if (others[0] !== undefined) {
      refuseUnpriced(`tools[].${others[0]}`, tool);
    }
  }
  const modalities = list(object(body.generationConfig).responseModalities);
  if (modalities.some((modality) => modality !== 'TEXT')) {
    refuseUnpriced('generationConfig.responseModalities', modalities);
  }
  for (const part of objectsOf([body.contents, body.systemInstruction])) {
    if (part.fileData !== undefined || part.file_data !== undefined) {
      refuseKept('fileData');
    }
  }
}

function usageOf(answer: JsonObject): ToldUsage {
  const told = object(answer.usageMetadata);
  const prompt = tokens(told.promptTokenCount);
  const all = prompt === undefined ? undefined : prompt + (tokens(told.toolUsePromptTokenCount) ?? 0);
  const written = tokens(told.candidatesTokenCount);
  const thought = tokens(told.thoughtsTokenCount);
  return {
    ...splitInput(all, told.cachedContentTokenCount),
    // A prompt that is blocked has a usage without any candidate.
    ...(all !== undefined && { output: (written ?? 0) + (thought ?? 0) }),
  };
}

function written(answer: JsonObject): string {
  return list(answer.candidates)
    .flatMap((candidate) => list(object(object(candidate).content).parts))
    .map(object)
    .map((part) => text(part.text) ?? JSON.stringify(part.functionCall ?? ''))
    .join('');
}

class GenerateMeter implements StreamMeter {
  public told: ToldUsage = {};
  private readonly written: string[] = [];

  public get output(): string {
    return this.written.join('');
  }

  public read(data: JsonObject | undefined): MeteredEvent {
    if (data !== undefined) {
      // Each event tells of all before it as well.
      this.told = { ...this.told, ...usageOf(data) };
      this.written.push(written(data));
    }
    return { isForwarded: true, isFailure: data?.error !== undefined };
  }
}
