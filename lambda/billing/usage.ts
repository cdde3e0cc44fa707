import type { APIGatewayProxyResult } from 'aws-lambda';
import { json } from '../adapters/api-gateway';
import { allowance, creditsLeft, findPlan } from '../domain/balance';
import { identify, unauthorized } from './identify';
import type { BillingDependencies, BillingRequest } from './request';

/** `GET usage`: what is left, and when more comes; null where there is no limit, or where nothing comes again. */
export async function showUsage(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const caller = await identify(request, dependencies);
  if (caller === undefined) {
    return unauthorized(request, dependencies);
  }
  const { customer, balance } = caller;
  const plan = findPlan(dependencies.catalogue, balance.plan);
  const { limit, remaining, included, resetsAt } = allowance(plan, balance);
  return json(200, {
    customer,
    plan: plan.id,
    standing: balance.standing,
    graceEndsAt: iso(balance.graceEndsAt),
    limit: limit ?? null,
    remaining: remaining ?? null,
    included: included ?? null,
    credits: creditsLeft(balance),
    resetsAt: iso(resetsAt) ?? null,
  });
}

function iso(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time * 1000).toISOString();
}
