import type { APIGatewayProxyResult } from 'aws-lambda';
import { json } from '../adapters/api-gateway';
import { usageOf } from '../customer/usage';
import { identify, unauthorized } from './identify';
import type { BillingDependencies, BillingRequest } from './request';

/** `GET usage`: what is left, and when more comes; null where there is no limit, or where nothing comes again. */
export async function showUsage(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const caller = await identify(request, dependencies);
  return caller === undefined
    ? unauthorized(request, dependencies)
    : json(200, usageOf(caller, dependencies.catalogue));
}
