import type { APIGatewayProxyResult } from 'aws-lambda';
import { json, problem } from '../adapters/api-gateway';
import { isReportGenuine, MAX_REPORTED_UNITS, parseReportToken } from '../domain/report-link';
import { jsonBody } from './body';
import type { BillingDependencies, BillingRequest } from './request';

/** `POST reports/{token}`: a backend tells, once, what a call took. The link came to it with the call. */
export async function takeReport(
  request: BillingRequest,
  { store, clock, reports }: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const { requestId } = request;
  const token = parseReportToken(request.event.pathParameters?.token ?? '');
  const balance = token && (await store.balance(token.call.customer));
  if (token === undefined || balance === undefined || !isReportGenuine(token, balance.linkSecret)) {
    return problem(
      404,
      'Not Found',
      'This is not the report link of a call. It comes to the backend with it.',
      requestId,
    );
  }
  if (clock() >= token.expiresAt) {
    return problem(410, 'Gone', 'This report link has expired: the call costs what was reserved for it.', requestId);
  }
  const units = readUnits(request);
  if (units === undefined) {
    const detail = `Tell the units that the call took, as JSON: {"units": 12}, between 0 and ${MAX_REPORTED_UNITS}.`;
    return problem(400, 'Bad Request', detail, requestId);
  }
  if (reports === undefined) {
    throw new Error('a report has come, and no queue for it is configured');
  }
  await reports.send(token.call, units);
  return json(202, { reserved: token.call.charged, units });
}

function readUnits(request: BillingRequest): number | undefined {
  const { units } = jsonBody(request) ?? {};
  const valid = typeof units === 'number' && Number.isInteger(units) && units >= 0 && units <= MAX_REPORTED_UNITS;
  return valid ? units : undefined;
}
