import type { APIGatewayProxyEvent } from 'aws-lambda';
import { BadModelRequest, type ModelCall } from '../domain/models/dialect';
import { parseJsonObject } from '../domain/models/json';
import type { ChargedCall } from '../domain/settlement';
import { routeCode } from '../domain/usage';

/** The call as the authorizer has charged it. */
export function chargedCallOf({ httpMethod, resource, requestContext }: APIGatewayProxyEvent): ChargedCall {
  const { charge, customer, cost, bought, period } = requestContext.authorizer ?? {};
  if (typeof charge !== 'string' || typeof customer !== 'string') {
    throw new Error('the call has not come by the quota authorizer of the paywall');
  }
  const charged = Number(cost);
  const counted = { route: routeCode(`${httpMethod} ${resource}`), units: charged };
  return { chargeId: charge, customer, charged, bought: Number(bought), period: Number(period), counted };
}

/** @throws BadModelRequest */
export function modelCallOf(event: APIGatewayProxyEvent, operations: readonly string[]): ModelCall {
  const operation = operations.find((name) => event.resource.endsWith(`/${name}`));
  if (operation === undefined) {
    throw new Error(`the route ${event.resource} is none of ${operations.join(', ')}`);
  }
  const text = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString();
  const body = parseJsonObject(text);
  if (body === undefined) {
    throw new BadModelRequest('The body must be a JSON object.');
  }
  return {
    operation,
    parameter: event.pathParameters?.operation,
    query: event.queryStringParameters ?? {},
    body,
  };
}
