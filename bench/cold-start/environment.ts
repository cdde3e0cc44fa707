import type { Catalogue } from '../../lib/private/catalogue';
import { Environment } from '../../lib/private/environment';

export const TABLE = 'Paywall';
export const AWS = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

const CATALOGUE: Catalogue = {
  plans: [
    { id: 'free', name: 'Free', quota: { units: 1e9, period: 'month' }, usagePlanQuota: false, lanes: 4 },
    {
      id: 'pro',
      name: 'Pro',
      quota: { units: 1e10, period: 'month' },
      price: { amount: 2900, currency: 'usd', interval: 'month' },
      usagePlanQuota: false,
      lanes: 4,
    },
  ],
  topUps: [],
  defaultPlan: 'free',
  gracePeriod: 0,
  clawback: true,
};

export const TABLE_DEFINITION = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
};

/** What an authorizer finds in its environment whose store is there. It counts call by call, as it is the write that is measured. */
export function authorizerEnvironment(storeUrl: string): Record<string, string> {
  const api = { apiId: 'api', costs: {}, routePlans: {}, billingPath: 'billing', corsOrigins: [] };
  return {
    ...AWS,
    AWS_ENDPOINT_URL_DYNAMODB: storeUrl,
    [Environment.TABLE_NAME]: TABLE,
    [Environment.CATALOGUE]: JSON.stringify(CATALOGUE),
    [Environment.APIS]: JSON.stringify([api]),
    [Environment.METERING]: '{}',
    [Environment.SURROGATE_KEY_PREFIX]: 'bench',
  };
}

/** A call with a key. */
export function callWith(apiKey: string): object {
  return {
    httpMethod: 'GET',
    resource: '/items',
    path: '/items',
    methodArn: 'arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/items',
    headers: { 'x-api-key': apiKey },
    requestContext: { apiId: 'api', requestId: 'bench', domainName: 'api.example.com', path: '/prod/items' },
  };
}
