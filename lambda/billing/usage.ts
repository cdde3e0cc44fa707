import type { APIGatewayProxyResult } from 'aws-lambda';
import { MOST_DAYS } from '../../lib/private/usage-days';
import { json, problem } from '../adapters/api-gateway';
import { usageOf } from '../customer/usage';
import { usedOn } from '../customer/used-days';
import { identify, unauthorized } from './identify';
import type { BillingDependencies, BillingRequest } from './request';

/**
 * `GET usage`: what is left, and when more comes; null where there is no limit, or where nothing comes again. With `?days=30`, also what
 * was used on each of the last thirty days, today included, by route.
 */
export async function showUsage(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const caller = await identify(request, dependencies);
  if (caller === undefined) {
    return unauthorized(request, dependencies);
  }
  const { queryStringParameters, multiValueQueryStringParameters } = request.event;
  const values = multiValueQueryStringParameters?.days ?? [queryStringParameters?.days ?? []].flat();
  const usage = usageOf(caller, dependencies.catalogue);
  if (values.length === 0) {
    return json(200, usage);
  }
  const days = wholeDays(values);
  if (days === undefined) {
    const detail = `\`days\` must be a whole number between 1 and ${MOST_DAYS}, got: ${values.join(', ')}`;
    return problem(400, 'Bad Request', detail, request.requestId);
  }
  return json(200, { ...usage, history: await usedOn(caller.customer, days, dependencies) });
}

function wholeDays([value = '', ...others]: readonly string[]): number | undefined {
  const days = /^[1-9]\d{0,2}$/.test(value) ? Number(value) : undefined;
  return others.length > 0 || days === undefined || days > MOST_DAYS ? undefined : days;
}
