import type { APIGatewayProxyResult } from 'aws-lambda';
import { json } from '../adapters/api-gateway';
import { creditsLeft, findPlan, includedLeft } from '../domain/balance';
import { NEVER } from '../domain/clock';
import { identify, unauthorized } from './identify';
import type { BillingDependencies, BillingRequest } from './request';

/** `GET usage`: what is left, and when more comes. */
export async function showUsage(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const caller = await identify(request, dependencies);
  if (caller === undefined) {
    return unauthorized(request.requestId);
  }
  const { customer, balance } = caller;
  const plan = findPlan(dependencies.catalogue, balance.plan);
  return json(200, {
    customer,
    plan: plan.id,
    standing: balance.standing,
    graceEndsAt: iso(balance.graceEndsAt),
    limit: plan.quota.units,
    remaining: balance.remaining,
    included: includedLeft(balance),
    credits: creditsLeft(balance),
    resetsAt: balance.periodEnd === NEVER ? null : iso(balance.periodEnd),
  });
}

function iso(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time * 1000).toISOString();
}
