import { Token } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ModelDialect, ModelProviderEntry } from './private/model-entry';
import { requireHttpUrl } from './private/validation';

/** Options of a provider of models. */
export interface ModelProviderOptions {
  /** The secret that holds your key at the provider, as its whole text. It is read at run time, and stands nowhere else. */
  readonly apiKey: ISecret;

  /**
   * Where the provider's API is, with its version: an https URL, or an http URL of the loopback.
   *
   * @default - the provider's own: `https://api.openai.com/v1`, `https://api.anthropic.com/v1`,
   * `https://generativelanguage.googleapis.com/v1beta`
   */
  readonly baseUrl?: string;

  /**
   * The provider's names of models, by those of the route: `{ 'gpt-5-mini': 'openai/gpt-5-mini' }`.
   *
   * @default - the same
   */
  readonly models?: { [model: string]: string };
}

/** Who makes the answers of a model route, and how his HTTP API speaks. */
export class ModelProvider {
  /** OpenAI, or anybody whose API speaks as OpenAI's does. */
  public static openAi(options: ModelProviderOptions): ModelProvider {
    return new ModelProvider('openai', 'openAi', options, 'https://api.openai.com/v1');
  }

  /** Anthropic, or anybody whose API speaks as Anthropic's does. */
  public static anthropic(options: ModelProviderOptions): ModelProvider {
    return new ModelProvider('anthropic', 'anthropic', options, 'https://api.anthropic.com/v1');
  }

  /** Google's Gemini API, or anybody whose API speaks as that does. */
  public static gemini(options: ModelProviderOptions): ModelProvider {
    return new ModelProvider('gemini', 'gemini', options, 'https://generativelanguage.googleapis.com/v1beta');
  }

  private readonly baseUrl: string;

  private constructor(
    /** @internal */
    public readonly _dialect: ModelDialect,
    name: string,
    private readonly options: ModelProviderOptions,
    defaultBaseUrl: string,
  ) {
    const { baseUrl = defaultBaseUrl, models = {} } = options;
    requireHttpUrl(`ModelProvider.${name}: baseUrl`, baseUrl);
    this.baseUrl = Token.isUnresolved(baseUrl) ? baseUrl : baseUrl.replace(/\/+$/, '');
    const [nameless] = Object.entries(models).filter(([, theirs]) => theirs.trim() === '');
    if (nameless !== undefined) {
      throw new Error(
        `\`ModelProvider.${name}: models["${nameless[0]}"]\` must be the provider's name of the model, got: ""`,
      );
    }
  }

  /**
   * The secret with the provider's key.
   *
   * @internal
   */
  public get _apiKey(): ISecret {
    return this.options.apiKey;
  }

  /**
   * As the model proxy reads it.
   *
   * @internal
   */
  public _render(): ModelProviderEntry {
    const { apiKey, models } = this.options;
    return { secretArn: apiKey.secretArn, baseUrl: this.baseUrl, ...(models !== undefined && { models }) };
  }
}
