import type { JsonObject } from './json';
import type { ToldUsage } from './usage';

/** A call of a model route. */
export interface ModelCall {
  /** What the resource is below the path of the route: `chat/completions`. */
  readonly operation: string;
  /** What a path parameter says: `gemini-2.5-flash:generateContent`. */
  readonly parameter?: string;
  /** Without names that occur twice. */
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: JsonObject;
}

/** What a call asks for, as far as it concerns its price. */
export interface ModelRequest {
  /** As the caller names it. */
  readonly model: string;
  readonly isStreamed: boolean;
  /** The most tokens of an answer that the caller wants, where he says so. */
  readonly maxOutput?: number;
  /** The fewest tokens of output that are of any use: fewer are refused by the provider, or are but a beginning of thoughts. */
  readonly minOutput: number;
  /** How many answers are made side by side, of as many tokens each. */
  readonly answers: number;
}

/** What the provider is sent, below its base URL. */
export interface ProviderRequest {
  readonly path: string;
  readonly body: JsonObject;
}

/** What is learnt from one event of a stream. */
export interface MeteredEvent {
  /** Whether the caller gets it: what only the proxy has asked for, he does not. */
  readonly isForwarded: boolean;
  /** Whether it says that the provider has failed. */
  readonly isFailure: boolean;
}

/** Reads along a stream what it costs. */
export interface StreamMeter {
  read(data: JsonObject | undefined): MeteredEvent;
  /** What the provider has told so far. */
  readonly told: ToldUsage;
  /** What it has written so far: to be counted where it does not tell. */
  readonly output: string;
}

/** One operation of a provider's HTTP API. */
export interface Operation {
  /** @throws BadModelRequest */
  read(call: ModelCall): ModelRequest;
  /** The request with the provider's name of the model, held to so many tokens of output an answer. */
  write(call: ModelCall, model: string, maxOutput: number): ProviderRequest;
  usageOf(answer: JsonObject): ToldUsage;
  /** What a whole answer says. */
  outputOf(answer: JsonObject): string;
  meter(call: ModelCall): StreamMeter;
}

/** What an error is about; what it is called, each dialect knows. */
export type ModelErrorKind = 'bad_request' | 'model_not_found' | 'provider_failed' | 'provider_busy' | 'timeout';

export const ERROR_STATUS: Readonly<Record<ModelErrorKind, number>> = {
  bad_request: 400,
  model_not_found: 404,
  provider_failed: 502,
  provider_busy: 503,
  timeout: 504,
};

/** How one provider's HTTP API speaks. */
export interface Dialect {
  /** By what stands below the path of the route. */
  readonly operations: Readonly<Record<string, Operation>>;
  /** By which the provider knows the operator, and what else it wants to be sent of the caller's. */
  headers(apiKey: string, callers: Readonly<Record<string, string | undefined>>): Record<string, string>;
  /** The body of an answer that is an error. */
  error(kind: ModelErrorKind, message: string): JsonObject;
  /** The event by which a stream ends that has failed. */
  streamError(kind: ModelErrorKind, message: string): Uint8Array;
}

/** A request that is not sent on, as the caller must change it. The message is for him. */
export class BadModelRequest extends Error {
  public override readonly name = 'BadModelRequest';

  constructor(
    message: string,
    public readonly kind: ModelErrorKind = 'bad_request',
  ) {
    super(message);
  }
}
