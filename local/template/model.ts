import type { EventPattern } from '../events/event-pattern';

/**
 * What a synthesized CDK app holds, as the local gateway serves it: read from the templates by `read-app.ts`, and with
 * every CloudFormation intrinsic already resolved. Nothing behind this file knows about templates any more.
 */
export interface AppModel {
  readonly stacks: readonly StackModel[];
  readonly apis: RestApiModel[];
  readonly functions: FunctionModel[];
  readonly tables: TableModel[];
  readonly secrets: SecretModel[];
  readonly logSubscriptions: LogSubscriptionModel[];
  readonly apiKeys: readonly ApiKeyModel[];
  readonly usagePlans: readonly StagedUsagePlan[];
  readonly queues: QueueModel[];
  /** What invokes functions besides the APIs. */
  readonly eventSources: EventSourceModel[];
  readonly streamSources: StreamSourceModel[];
  readonly schedules: ScheduleModel[];
  readonly eventBuses: EventBusModel[];
  readonly eventRules: EventRuleModel[];
  readonly customResources: CustomResourceModel[];
  readonly dashboards: readonly DashboardModel[];
  readonly alarms: readonly AlarmModel[];
  /** What the template holds and the local gateway cannot serve, each with the construct path that names it. */
  readonly unserved: UnservedResource[];
}

export interface StackModel {
  readonly name: string;
  /** Values by key; those that cannot be known here are absent. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface UnservedResource {
  /** The construct path (`Stack/Api/Default/GET`), or `Stack/LogicalId` where the template carries none. */
  readonly path: string;
  /** The CloudFormation type, `AWS::SNS::Topic`. */
  readonly type: string;
  readonly reason: string;
}

export interface RestApiModel {
  /** What `Ref` on the API gives, and `requestContext.apiId`. */
  readonly id: string;
  readonly logicalId: string;
  /** The construct path. */
  readonly path: string;
  readonly name: string;
  readonly stageName: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER';
  readonly binaryMediaTypes: readonly string[];
  readonly methods: readonly MethodModel[];
  /** By response type, `ACCESS_DENIED`; types that the template leaves alone are absent. */
  readonly gatewayResponses: Readonly<Record<string, GatewayResponseModel>>;
  /** The usage plans that hold this API's stage. */
  readonly usagePlans: readonly UsagePlanModel[];
  /** Where the stage's calls are logged, and as what: `$context.…` is filled in for each. */
  readonly accessLog?: { readonly logGroupName: string; readonly format: string };
}

export interface MethodModel {
  readonly path: string;
  /** `GET`, …, or `ANY`. */
  readonly httpMethod: string;
  readonly resourceId: string;
  /** `/items/{id}`, `/{proxy+}`, `/`. */
  readonly resourcePath: string;
  readonly apiKeyRequired: boolean;
  readonly authorizer?: AuthorizerModel;
  /** `method.request.header.x` → required, and only where the method's request validator asks for parameters. */
  readonly requestParameters: Readonly<Record<string, boolean>>;
  /** The models by which the method's request validator validates bodies, by content type or `$default`; absent where it does not. */
  readonly requestModels?: Readonly<Record<string, RequestModel>>;
  readonly integration: IntegrationModel;
  /** How its answers are cached on its stage; absent where they are not. */
  readonly cache?: MethodCacheModel;
}

export interface MethodCacheModel {
  /** At least 1. */
  readonly ttlSeconds: number;
}

/** A schema of JSON Schema draft 4. */
export interface RequestModel {
  readonly schema: unknown;
  /** All of the API's, by the URLs that they refer to each other by. */
  readonly others: Readonly<Record<string, unknown>>;
}

export interface AuthorizerModel {
  readonly id: string;
  readonly name: string;
  readonly type: 'REQUEST' | 'TOKEN';
  readonly functionArn: string;
  /** `method.request.header.Authorization`, …; empty where there is none. */
  readonly identitySources: readonly string[];
  /** For TOKEN: the pattern that a token must match whole; one that does not is answered 401 without a call. */
  readonly identityValidation?: string;
  /** Seconds that a policy is cached for; 0 is off. */
  readonly resultTtl: number;
}

export interface IntegrationModel {
  readonly type: 'MOCK' | 'HTTP_PROXY' | 'HTTP' | 'AWS_PROXY' | 'AWS';
  /** For HTTP_PROXY and HTTP: the method and the URI of the backend, `{name}` still in place. */
  readonly httpMethod?: string;
  readonly uri?: string;
  /** For AWS_PROXY, and for AWS, of which Lambda alone is served. */
  readonly functionArn?: string;
  /** For both: whether the answer goes to the caller as it comes. */
  readonly isStreamed?: boolean;
  /** `integration.request.header.x` → `'literal'`, `method.request.…` or `context.…`. */
  readonly requestParameters: Readonly<Record<string, string>>;
  /** By content type, VTL. */
  readonly requestTemplates: Readonly<Record<string, string>>;
  readonly passthroughBehavior: 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';
  readonly integrationResponses: readonly IntegrationResponseModel[];
  readonly timeoutMillis: number;
  /** By what cached answers are found: `method.request.path.id`, or a parameter of the integration's own. */
  readonly cacheKeyParameters?: readonly string[];
  /** Whose answers are one; those of the resource where it is absent. */
  readonly cacheNamespace?: string;
}

export interface IntegrationResponseModel {
  readonly statusCode: string;
  readonly selectionPattern?: string;
  /** `method.response.header.x` → `'literal'` or `integration.response.header.y`. */
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}

export interface GatewayResponseModel {
  readonly statusCode?: string;
  /** `gatewayresponse.header.x` → `'literal'`, `method.request.header.y` or `context.…`. */
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}

export interface UsagePlanModel {
  readonly id: string;
  readonly name: string;
  readonly throttle?: { readonly rateLimit: number; readonly burstLimit: number };
  readonly quota?: { readonly limit: number; readonly offset: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' };
  /** Those that the template puts into the plan; at run time the control plane knows more. */
  readonly keys: readonly ApiKeyModel[];
}

/** A usage plan, and the stages that it holds. */
export interface StagedUsagePlan {
  readonly plan: UsagePlanModel;
  readonly stages: readonly ApiStageModel[];
}

export interface ApiStageModel {
  readonly apiId: string;
  readonly stage: string;
}

export interface ApiKeyModel {
  readonly id: string;
  readonly value: string;
  readonly enabled: boolean;
  readonly name?: string;
  readonly description?: string;
  readonly customerId?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface FunctionModel {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  /** `nodejs24.x`. */
  readonly runtime: string;
  /** `index.handler`. */
  readonly handler: string;
  /** The folder with the function's code. */
  readonly codePath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** A queue of the app that gets the events on which asynchronous invocations have failed. */
  readonly deadLetterQueueArn?: string;
}

export interface TableModel {
  readonly name: string;
  readonly path: string;
  /** The input of DynamoDB's CreateTable. */
  readonly definition: Readonly<Record<string, unknown>>;
  readonly ttlAttribute?: string;
  readonly stream?: StreamModel;
}

/** The stream of a table's changes. */
export interface StreamModel {
  readonly arn: string;
  /** The table's name. */
  readonly table: string;
  readonly viewType: 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';
}

/** A subscription filter that delivers to a function. */
export interface LogSubscriptionModel {
  readonly logGroupName: string;
  /** Valid; empty for one that matches everything. */
  readonly filterPattern: string;
  readonly functionArn: string;
  readonly filterName: string;
}

export interface SecretModel {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  /** The literal value in the template, or what `GenerateSecretString` produced. */
  readonly value?: string;
}

export interface QueueModel {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly fifo: boolean;
  readonly contentBasedDeduplication: boolean;
  readonly deduplicationScope: 'queue' | 'messageGroup';
  readonly delaySeconds: number;
  readonly visibilityTimeoutSeconds: number;
  readonly messageRetentionPeriodSeconds: number;
  readonly receiveMessageWaitTimeSeconds: number;
  readonly maximumMessageSizeBytes: number;
  readonly redrivePolicy?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
}

/** A queue that invokes a function. */
export interface EventSourceModel {
  readonly path: string;
  readonly queueArn: string;
  readonly functionArn: string;
  readonly batchSize: number;
  readonly maximumBatchingWindowSeconds: number;
  readonly reportBatchItemFailures: boolean;
  readonly maximumConcurrency?: number;
}

/** A stream that invokes a function. */
export interface StreamSourceModel {
  readonly path: string;
  readonly stream: StreamModel;
  readonly functionArn: string;
  readonly batchSize: number;
  readonly maximumBatchingWindowSeconds: number;
  /** A record that fits none of them is passed over; empty where there are none. */
  readonly filters: readonly EventPattern[];
  readonly reportBatchItemFailures: boolean;
  readonly bisectBatchOnFunctionError: boolean;
  /** Absent where a batch is tried again until its records are too old. */
  readonly maximumRetryAttempts?: number;
  /** Absent where records are as old as the stream keeps them. */
  readonly maximumRecordAgeSeconds?: number;
  /** A queue of the app that is told of records that were given up. */
  readonly onFailureQueueArn?: string;
}

/** A function that is invoked by the clock. */
export interface ScheduleModel {
  readonly path: string;
  /** The rule's or the schedule's. */
  readonly arn: string;
  readonly source: 'aws.events' | 'aws.scheduler';
  /** Valid: `rate(5 minutes)` or `cron(0 8 * * ? *)`, which is in UTC. */
  readonly expression: string;
  readonly functionArn: string;
  /** JSON; absent where the function gets the scheduled event. */
  readonly input?: string;
}

/** An event bus: one of the app, or the account's default one. */
export interface EventBusModel {
  readonly name: string;
  readonly arn: string;
}

/** A target of a rule, which gets the events of an event bus. */
export interface EventRuleModel {
  readonly path: string;
  /** The rule's. */
  readonly arn: string;
  /** `default`, that of a bus of the app, or of a partner event source, `aws.partner/stripe.com/ed_…`. */
  readonly eventBusName: string;
  readonly pattern: EventPattern;
  /** Of a function or a queue. */
  readonly targetArn: string;
  /** For a FIFO queue. */
  readonly messageGroupId?: string;
  /** Absent where the target gets the event. */
  readonly input?: RuleInput;
  /** A queue of the app that gets the events that could not be handed over. */
  readonly deadLetterQueueArn?: string;
}

/** What a target gets in place of the event. */
export type RuleInput =
  | { readonly kind: 'constant'; readonly json: string }
  /** A part of the event, by its JSONPath. */
  | { readonly kind: 'path'; readonly path: string }
  /** Text with `<name>` for what is at the JSONPath of that name. */
  | { readonly kind: 'transformer'; readonly paths: Readonly<Record<string, string>>; readonly template: string };

/** A dashboard of CloudWatch. */
export interface DashboardModel {
  readonly name: string;
  readonly path: string;
  /** As PutDashboard takes it: `{ "widgets": [ … ] }`. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** An alarm of CloudWatch. */
export interface AlarmModel {
  readonly arn: string;
  readonly path: string;
  readonly description?: string;
}

/** A custom resource whose provider is a function of the app. */
export interface CustomResourceModel {
  readonly path: string;
  /** `Custom::Thing`, or `AWS::CloudFormation::CustomResource`. */
  readonly type: string;
  readonly logicalId: string;
  readonly stackId: string;
  /** The ARN of its provider. */
  readonly serviceToken: string;
  /** `ServiceToken` included; scalars are text, as CloudFormation makes them. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly serviceTimeoutSeconds?: number;
  /** Logical ids of the custom resources of its stack that come before it. */
  readonly dependsOn: readonly string[];
}
