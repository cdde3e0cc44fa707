import { Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import { type IRestApi, LambdaIntegration, ResponseTransferMode } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ModelPrice } from './model-price';
import type { ModelProvider } from './model-provider';
import type { PlanCatalogue } from './plan-catalogue';
import type { ApiEntry, CostEntry } from './private/catalogue';
import { allowOnQueue } from './private/encryption';
import { Environment } from './private/environment';
import { environmentErrors } from './private/environment-limit';
import { HandlerFunction } from './private/handler-function';
import {
  MODEL_OPERATIONS,
  MODEL_VERSIONS,
  type ModelDialect,
  type ModelEntry,
  type ModelRouteEntry,
} from './private/model-entry';
import { resourceAt } from './private/protected-api';
import { requireInteger, requireText } from './private/validation';
import type { QuotaStore } from './quota-store';
import type { Settlement } from './settlement';

const DEFAULT_OUTPUT_TOKENS = 4_096;
const DEFAULT_FIRST_BYTE_TIMEOUT = Duration.seconds(30);

/** A model that a route serves. */
export interface ModelOptions {
  /** What its tokens cost. */
  readonly price: ModelPrice;

  /**
   * Other names by which callers may ask for it: `['default', 'gpt-5-mini-2025-08-07']`.
   *
   * @default - none
   */
  readonly aliases?: string[];

  /**
   * Ids of the plans that may use it. Customers on others get 402 and the plan to move to.
   *
   * @default - every plan may
   */
  readonly plans?: string[];

  /**
   * Tokens that an answer may have where the request names no limit; so many are reserved for it.
   *
   * @default 4096
   */
  readonly maxOutputTokens?: number;
}

/** Options of `Paywall.addModelRoute`. */
export interface ModelRouteOptions {
  /**
   * Who makes the answers: the first that can. All speak as one provider does; another is asked where one is busy, fails or is too slow
   * before it has begun its answer, and none where the request is at fault.
   */
  readonly providers: ModelProvider[];

  /** The models that are served, by the names that providers know them by, and what they cost. No other is. */
  readonly models: { [model: string]: ModelOptions };

  /**
   * Where the provider's API begins on yours: a path without slashes at its ends. Below it are `v1/chat/completions` and `v1/responses`
   * (OpenAI), `v1/messages` (Anthropic), or `models/{model}:generateContent` and `:streamGenerateContent` below `v1` and `v1beta` (Gemini).
   *
   * @default - the root of the API
   */
  readonly path?: string;

  /**
   * Units that the authorizer reserves for a call before anything of it is read, between 0 and 10^9: who has fewer is refused at once. What
   * the call can cost beyond it is reserved once its request is known.
   *
   * @default 1
   */
  readonly estimate?: number;

  /**
   * How long a call may take, its whole answer included, between 10 seconds and 14 minutes. A stream is ended then, and what came until
   * then is charged. Behind an edge-optimized API, nothing may be silent for more than 30 seconds; behind a regional one, for 5 minutes.
   *
   * @default Duration.minutes(5)
   */
  readonly timeout?: Duration;

  /**
   * How long a provider may take until its stream begins, between 1 second and `timeout`. Then the next one is asked.
   *
   * @default Duration.seconds(30)
   */
  readonly firstByteTimeout?: Duration;
}

/** Properties of `ModelRoute`. */
export interface ModelRouteProps extends ModelRouteOptions {
  /** The API that it is a part of. */
  readonly api: IRestApi;

  /** What is sold. */
  readonly catalogue: PlanCatalogue;

  /** Where balances are. */
  readonly store: QuotaStore;

  /** What brings calls to what they have cost. */
  readonly settlement: Settlement;
}

/**
 * A route that passes calls on to a provider of language models, streams its answers, and charges them by their tokens. The provider's key
 * is in Secrets Manager, and no caller sees it.
 */
export class ModelRoute extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  private readonly dialect: ModelDialect;
  private readonly prefix: string;
  private readonly estimate: number;
  private readonly timeout: Duration;
  private attached?: ApiEntry;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ModelRouteProps,
  ) {
    super(scope, id);
    const { catalogue, store, settlement } = props;
    const stack = Stack.of(this);
    this.dialect = requireDialect(props.providers);
    this.prefix = props.path === undefined ? '' : `${requirePath(props.path)}/`;
    this.estimate = props.estimate ?? 1;
    requireInteger('estimate', this.estimate, 0, 1_000_000_000);
    this.timeout = props.timeout ?? Duration.minutes(5);
    requireSeconds('timeout', this.timeout, 10, 840);
    requireSeconds('firstByteTimeout', firstByteTimeoutOf(props), 1, this.timeout.toSeconds());
    requireModels(
      props.models,
      catalogue.plans.map((plan) => plan.id),
    );
    const reports = settlement._reports();
    const variables = {
      [Environment.CATALOGUE]: catalogue._render(stack),
      [Environment.MODEL_ROUTE]: Lazy.string({ produce: () => stack.toJsonString(this.render()) }),
    };
    this.handler = new HandlerFunction(this, 'Handler', {
      bundle: 'model-proxy',
      description: 'Passes calls on to providers of language models, and charges their tokens',
      timeout: this.timeout,
      environment: {
        [Environment.TABLE_NAME]: store.table.tableName,
        [Environment.REPORTS_QUEUE_URL]: reports.queueUrl,
        ...variables,
      },
    });
    store.grants.reserve(this.handler);
    allowOnQueue(reports, this.handler, 'sqs:SendMessage');
    for (const { _apiKey: apiKey } of props.providers) {
      apiKey.grantRead(this.handler);
    }
    this.node.addValidation({ validate: () => environmentErrors(stack, variables, '`plans`, `topUps` and `models`') });
  }

  /**
   * Adds the methods to the API, and their estimate to what the authorizer reads.
   *
   * @internal
   */
  public _attach(entry: ApiEntry): void {
    const { api } = this.props;
    this.attached = entry;
    const integration = new LambdaIntegration(this.handler, {
      responseTransferMode: ResponseTransferMode.STREAM,
      timeout: this.timeout,
      allowTestInvoke: false,
    });
    const paths = MODEL_VERSIONS[this.dialect].flatMap((version) =>
      MODEL_OPERATIONS[this.dialect].map((operation) => `${this.prefix}${version}/${operation}`),
    );
    for (const path of paths) {
      const resource = resourceAt(api, path);
      const route = `POST ${resource.path}`;
      if (resource.node.tryFindChild('POST') !== undefined || entry.costs[route] !== undefined) {
        throw new Error(`\`path\` must be free, but the API has a method or a cost for it, got: ${route}`);
      }
      resource.addMethod('POST', integration);
      const cost: CostEntry = { estimate: this.estimate, isOfModel: true };
      Object.assign(entry.costs, { [route]: cost });
    }
  }

  private render(): ModelRouteEntry {
    const { providers, models } = this.props;
    return {
      dialect: this.dialect,
      providers: providers.map((provider) => provider._render()),
      models: Object.fromEntries(Object.entries(models).map(([name, model]) => [name, renderModel(model)])),
      firstByteTimeout: firstByteTimeoutOf(this.props).toMilliseconds(),
      billingPath: this.attached?.billingPath ?? '',
      corsOrigins: this.attached?.corsOrigins ?? [],
    };
  }
}

function renderModel({ price, aliases, plans, maxOutputTokens = DEFAULT_OUTPUT_TOKENS }: ModelOptions): ModelEntry {
  return {
    price: price._render(),
    ...(aliases !== undefined && { aliases }),
    ...(plans !== undefined && { plans }),
    maxOutputTokens,
  };
}

function firstByteTimeoutOf({ firstByteTimeout }: ModelRouteOptions): Duration {
  return firstByteTimeout ?? DEFAULT_FIRST_BYTE_TIMEOUT;
}

function requireDialect(providers: readonly ModelProvider[]): ModelDialect {
  const [first, ...others] = providers.map((provider) => provider._dialect);
  if (first === undefined) {
    throw new Error('`providers` must hold at least one provider, got: []');
  }
  if (others.some((dialect) => dialect !== first)) {
    throw new Error(
      `\`providers\` must all speak one API, as their answers are passed on as they come, got: ${[first, ...others].join(', ')}`,
    );
  }
  return first;
}

function requirePath(path: string): string {
  if (Token.isUnresolved(path) || !/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(path)) {
    throw new Error(
      `\`path\` must be segments of letters, digits, ".", - and _ with a slash between them, got: ${JSON.stringify(path)}`,
    );
  }
  return path;
}

function requireSeconds(name: string, duration: Duration, min: number, max: number): void {
  if (!duration.isUnresolved()) {
    requireInteger(`${name} (seconds)`, duration.toSeconds({ integral: false }), min, max);
  }
}

function requireModels(models: Readonly<Record<string, ModelOptions>>, planIds: readonly string[]): void {
  const entries = Object.entries(models);
  if (entries.length === 0) {
    throw new Error('`models` must hold at least one model, got: {}');
  }
  const names = entries.flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
  for (const name of names) {
    requireText('models', name, 256);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Error(`\`models\` must have distinct names and aliases, got twice: ${JSON.stringify(twice)}`);
  }
  for (const [name, { plans, maxOutputTokens = DEFAULT_OUTPUT_TOKENS }] of entries) {
    requireInteger(`models["${name}"].maxOutputTokens`, maxOutputTokens, 1, 1_000_000_000);
    const unknown = plans?.find((plan) => !planIds.includes(plan));
    if (unknown !== undefined || plans?.length === 0) {
      throw new Error(
        `\`models["${name}"].plans\` must name some of ${JSON.stringify(planIds)}, got: ${JSON.stringify(unknown ?? [])}`,
      );
    }
  }
}
