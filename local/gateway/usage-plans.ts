import type { ApiKey, ApiKeyRegistry } from '../control-plane/api-key-registry';
import type { UsagePlanModel } from '../template/model';
import type { Call, RoutedCall } from './call';
import { GatewayError } from './gateway-error';
import { headerValue } from './headers';
import { quotaPeriod } from './quota-period';
import { fullBucket, type TokenBucket, takeToken } from './token-bucket';

interface Use {
  bucket?: TokenBucket;
  period?: string;
  count: number;
}

/** Throttles and quotas: they are counted by plan and key, over all APIs that share the plan. */
export class UsageMeter {
  private readonly uses = new Map<string, Use>();

  constructor(private readonly registry: ApiKeyRegistry) {}

  /** Takes the key of a call whose method wants one; answers the key, or throws what API Gateway refuses it with. */
  public admit(call: RoutedCall, usageIdentifierKey: string | undefined, now: number): ApiKey | undefined {
    if (!call.route.method.apiKeyRequired) {
      return undefined;
    }
    const value = call.api.apiKeySource === 'AUTHORIZER' ? usageIdentifierKey : headerApiKey(call);
    const found = value === undefined ? undefined : this.find(call.api.usagePlans, value);
    if (found === undefined) {
      throw new GatewayError('INVALID_API_KEY');
    }
    this.count(found.plan, found.key, now);
    return found.key;
  }

  /** The registry is asked each time: a key may be disabled, deleted or taken out of its plan between two calls. */
  private find(plans: readonly UsagePlanModel[], value: string): { plan: UsagePlanModel; key: ApiKey } | undefined {
    for (const plan of plans) {
      const key = this.registry.enabledKey(plan.id, value);
      if (key !== undefined) {
        return { plan, key };
      }
    }
    return undefined;
  }

  private count(plan: UsagePlanModel, key: ApiKey, now: number): void {
    const id = `${plan.id} ${key.id}`;
    const use = this.uses.get(id) ?? { count: 0 };
    this.uses.set(id, use);
    if (plan.throttle !== undefined) {
      const { taken, bucket } = takeToken(use.bucket ?? fullBucket(plan.throttle, now), plan.throttle, now);
      use.bucket = bucket;
      if (!taken) {
        throw new GatewayError('THROTTLED');
      }
    }
    if (plan.quota !== undefined) {
      const period = quotaPeriod(plan.quota, now);
      use.count = use.period === period ? use.count : 0;
      use.period = period;
      if (use.count >= plan.quota.limit) {
        throw new GatewayError('QUOTA_EXCEEDED');
      }
      use.count += 1;
    }
  }
}

export function headerApiKey(call: Call): string | undefined {
  return headerValue(call.request.headers, 'X-API-Key');
}
