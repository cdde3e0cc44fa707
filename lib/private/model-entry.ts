/** Whose HTTP API a model route speaks. */
export type ModelDialect = 'openai' | 'anthropic' | 'gemini';

/** Units for a million tokens of each kind, each an integer. */
export interface ModelPriceEntry {
  readonly input: number;
  readonly output: number;
  /** Of input that the provider had in its cache. */
  readonly cachedInput: number;
  /** Of input that it puts there, where it tells that apart. */
  readonly cacheWriteInput: number;
}

export interface ModelEntry {
  readonly price: ModelPriceEntry;
  /** Other names that callers may use. */
  readonly aliases?: readonly string[];
  /** The ids of the plans that may use it; all may where it is absent. */
  readonly plans?: readonly string[];
  /** Tokens of an answer where the request names no limit. */
  readonly maxOutputTokens: number;
}

export interface ModelProviderEntry {
  /** The ARN of the secret with the provider's key. */
  readonly secretArn: string;
  /** With the version, without a slash at its end. */
  readonly baseUrl: string;
  /** The provider's names of models, by those of the route, where they differ. */
  readonly models?: Readonly<Record<string, string>>;
}

/** What the model proxy serves. */
export interface ModelRouteEntry {
  readonly dialect: ModelDialect;
  /** The first is asked first. */
  readonly providers: readonly ModelProviderEntry[];
  /** By the names by which providers know them. */
  readonly models: Readonly<Record<string, ModelEntry>>;
  /** Milliseconds that a provider has until its stream begins. */
  readonly firstByteTimeout: number;
  /** The first segment of the billing routes' path. */
  readonly billingPath: string;
  /** Origins whose pages may read answers; empty where CORS is off. */
  readonly corsOrigins: readonly string[];
}

/** The versions of a dialect's API, by which its paths begin: clients of Google's choose between two. */
export const MODEL_VERSIONS: Readonly<Record<ModelDialect, readonly string[]>> = {
  openai: ['v1'],
  anthropic: ['v1'],
  gemini: ['v1', 'v1beta'],
};

/** The operations of a dialect, below a version. */
export const MODEL_OPERATIONS: Readonly<Record<ModelDialect, readonly string[]>> = {
  openai: ['chat/completions', 'responses'],
  anthropic: ['messages'],
  // `{operation}` is a model and what it is to do, with a colon between them, which is all one segment to API Gateway.
  gemini: ['models/{operation}'],
};
