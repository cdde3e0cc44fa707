import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import { CfnAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { AgentPayments } from './agent-payments';
import { FailurePolicy } from './failure-policy';
import type { Identity } from './identity';
import { Metering } from './metering';
import type { PlanCatalogue } from './plan-catalogue';
import type { ApiEntry } from './private/catalogue';
import { Environment } from './private/environment';
import { functionArnFor } from './private/function-arn';
import { HandlerFunction } from './private/handler-function';
import { handlerSettings } from './private/handler-settings';
import { acceptsImportedKeys, renderIdentities } from './private/identities';
import type { ProtectedApi } from './private/protected-api';
import { QuotaAuthorizerBase } from './quota-authorizer-base';
import type { QuotaStore } from './quota-store';

/** Properties of `QuotaAuthorizer`. */
export interface QuotaAuthorizerProps {
  /** What is sold. */
  readonly catalogue: PlanCatalogue;

  /** Where balances are. */
  readonly store: QuotaStore;

  /** What stands in front of plan and lane in the value of a surrogate key. */
  readonly surrogateKeyPrefix: string;

  /**
   * How calls are counted.
   *
   * @default Metering.leased()
   */
  readonly metering?: Metering;

  /**
   * What becomes of calls while the store cannot answer.
   *
   * @default FailurePolicy.closed()
   */
  readonly failurePolicy?: FailurePolicy;

  /**
   * By what callers are known.
   *
   * @default [Identity.apiKeys()]
   */
  readonly identities?: Identity[];

  /**
   * What charges the top-ups that calls pay for themselves.
   *
   * @default - no call can
   */
  readonly agentPayments?: AgentPayments;
}

/** The Lambda authorizer that spends quota, one call at a time. */
export class QuotaAuthorizer extends QuotaAuthorizerBase {
  /** The function behind it. */
  public readonly handler: IFunction;

  /**
   * The ids of the plans that calls are counted by.
   *
   * @internal
   */
  protected readonly _planIds: string[];

  private readonly apis: ApiEntry[] = [];

  constructor(scope: Construct, id: string, props: QuotaAuthorizerProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { agentPayments } = props;
    this._planIds = props.catalogue.plans.map((plan) => plan.id);
    const { decisionSampleRate: sampleRate = 0 } = handlerSettings(this);
    this.handler = new HandlerFunction(this, 'Handler', {
      bundle: 'authorizer',
      description: 'Authenticates API calls and spends their quota',
      // Within what a caller would wait for; the store's own timeouts are shorter. Who pays with the call waits for Stripe.
      timeout: Duration.seconds(agentPayments === undefined ? 5 : 20),
      environment: {
        [Environment.TABLE_NAME]: props.store.table.tableName,
        [Environment.CATALOGUE]: props.catalogue._render(stack),
        [Environment.METERING]: stack.toJsonString({
          ...(props.metering ?? Metering.leased())._render(),
          ...(props.failurePolicy ?? FailurePolicy.closed())._render(),
        }),
        [Environment.SURROGATE_KEY_PREFIX]: props.surrogateKeyPrefix,
        [Environment.APIS]: Lazy.string({ produce: () => this._renderApis() }),
        ...renderIdentities(stack, props.identities),
        ...(sampleRate !== 0 && { [Environment.DECISION_LOG_SAMPLE_RATE]: String(sampleRate) }),
        ...(agentPayments !== undefined && {
          [Environment.NETWORK_ID]: agentPayments.networkId,
          [Environment.AGENT_PAYMENTS_FUNCTION]: agentPayments.handler.functionName,
        }),
      },
    });
    props.store.grants.spend(this.handler);
    if (agentPayments !== undefined) {
      this.handler.addToRolePolicy(
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [agentPayments.handler.functionArn] }),
      );
    }
    if (acceptsImportedKeys(props.identities)) {
      props.store.grants.findImportedKeys(this.handler);
    }
  }

  /**
   * The protected APIs, as the handler reads them.
   *
   * @internal
   */
  public _renderApis(): string {
    return Stack.of(this).toJsonString(this.apis);
  }

  /**
   * Makes the API's authorizer, which asks the handler on every call: a cached answer would spend nothing.
   *
   * @internal
   */
  public _attach(target: ProtectedApi, entry: ApiEntry): CfnAuthorizer {
    this.apis.push(entry);
    const stack = Stack.of(this);
    const { api, definition } = target;
    const authorizer = new CfnAuthorizer(this, `Authorizer${this.apis.length === 1 ? '' : this.apis.length}`, {
      restApiId: api.restApiId,
      name: `${this.node.addr.slice(-8)}-quota`,
      type: 'REQUEST',
      authorizerResultTtlInSeconds: 0,
      authorizerUri: stack.formatArn({
        service: 'apigateway',
        account: 'lambda',
        resource: `path/2015-03-31/functions/${functionArnFor(target, this.handler)}/invocations`,
      }),
    });
    this.handler.addPermission(`Invoke${this.apis.length}`, {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: stack.formatArn({
        service: 'execute-api',
        resource: api.restApiId,
        // That of a definition is made with it, and has no id before.
        resourceName: `authorizers/${definition === undefined ? authorizer.ref : '*'}`,
      }),
    });
    return authorizer;
  }
}
