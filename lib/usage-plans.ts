import { createHash } from 'node:crypto';
import { Aws, Stack } from 'aws-cdk-lib';
import { CfnApiKey, CfnUsagePlanKey, type IStage, type Stage, UsagePlan } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import type { Plan } from './plan';

/** API Gateway's fixed ceiling. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const MAX_API_KEYS = 10_000;

/** Properties of `UsagePlans`. */
export interface UsagePlansProps {
  /** A usage plan is made of each. */
  readonly plans: Plan[];
}

/**
 * A usage plan for each plan, with its surrogate API keys: the authorizer names one of them as the usage identifier, so that API
 * Gateway throttles by it and never sees a customer's secret.
 */
export class UsagePlans extends Construct {
  /**
   * What stands in front of plan and lane in the value of a surrogate key. A key's value is no secret: API Gateway takes it from
   * the authorizer alone.
   */
  public readonly surrogateKeyPrefix: string;

  private readonly usagePlans: UsagePlan[];
  private readonly ids: Record<string, string> = {};

  constructor(scope: Construct, id: string, props: UsagePlansProps) {
    super(scope, id);
    const keys = props.plans.reduce((sum, plan) => sum + plan.lanes, 0);
    if (keys > MAX_API_KEYS) {
      throw new Error(`\`plans\` must have at most ${MAX_API_KEYS} lanes together, a Region's API keys, got: ${keys}`);
    }
    // Values are unique in an account and Region; the same app may stand there twice under two stack names.
    const stackName = Stack.of(this).nestedStackParent ? Aws.STACK_NAME : shortened(Stack.of(this).stackName);
    this.surrogateKeyPrefix = `${stackName}-${this.node.addr.slice(-8)}`;
    this.usagePlans = props.plans.map((plan) => this.addPlan(plan));
  }

  /**
   * Puts an API's stage under every plan.
   *
   * @internal
   */
  public _addStage(stage: IStage): void {
    for (const usagePlan of this.usagePlans) {
      // Of the stage, its name and its API are read, which an imported one has too.
      usagePlan.addApiStage({ api: stage.restApi, stage: stage as Stage });
    }
  }

  /**
   * The ids of the usage plans, by plan.
   *
   * @internal
   */
  public _ids(): Record<string, string> {
    return this.ids;
  }

  private addPlan(plan: Plan): UsagePlan {
    const usagePlan = new UsagePlan(this, plan.id, { throttle: plan.throttle, quota: plan.usagePlanQuota });
    for (let lane = 0; lane < plan.lanes; lane++) {
      // Ids that never change: a key that is replaced, or moved to another plan, breaks the deployment (aws-cdk#11876).
      const key = new CfnApiKey(this, `${plan.id}-Lane${lane}`, {
        enabled: true,
        value: `${this.surrogateKeyPrefix}-${plan.id}-${lane}`,
        description: 'Surrogate key of a lane of customers; not a credential',
      });
      new CfnUsagePlanKey(this, `${plan.id}-Lane${lane}-Member`, {
        keyId: key.ref,
        keyType: 'API_KEY',
        usagePlanId: usagePlan.usagePlanId,
      });
    }
    this.ids[plan.id] = usagePlan.usagePlanId;
    return usagePlan;
  }
}

/** A stack's name may have 128 characters, and so may a key's value, with plan and customer in it. */
function shortened(stackName: string): string {
  const hash = createHash('sha256').update(stackName).digest('hex');
  return stackName.length <= 60 ? stackName : `${stackName.slice(0, 51)}-${hash.slice(0, 8)}`;
}
