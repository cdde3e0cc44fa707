import { Lazy, Token } from 'aws-cdk-lib';
import type { CfnMethod } from 'aws-cdk-lib/aws-apigateway';

/** What the answer to a call tells of its payment, and where the authorizer has put it. */
const CALL_HEADERS: Readonly<Record<string, string>> = {
  RateLimit: 'context.authorizer.rateLimit',
  'RateLimit-Policy': 'context.authorizer.rateLimitPolicy',
  'Payment-Receipt': 'context.authorizer.paymentReceipt',
};

const TARGET = 'method.response.header.';

/** Integrations whose answers API Gateway maps; those of the others, it passes on as they are. */
const MAPPED_TYPES = ['AWS', 'HTTP', 'MOCK'];

type IntegrationResponse = CfnMethod.IntegrationResponseProperty;
type MethodResponse = CfnMethod.MethodResponseProperty;

/**
 * Maps the headers into the answers of a method whose integration is not a proxy, but where a mapping sets one already. Answers of 5xx
 * are left as they are: their units are given back.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping-sources.html
 *
 * @returns the headers; none where the integration is a proxy, or has no answers to map
 */
export function tellWhatIsLeft(method: CfnMethod): string[] {
  const { integration } = method;
  if (integration === undefined || Token.isUnresolved(integration) || !('type' in integration)) {
    return [];
  }
  const { integrationResponses: responses } = integration;
  if (!MAPPED_TYPES.includes(integration.type) || !Array.isArray(responses)) {
    return [];
  }
  const statuses = responses.filter(isMapped).map(({ statusCode }) => statusCode);
  if (statuses.length === 0) {
    return [];
  }
  method.integration = {
    ...integration,
    integrationResponses: responses.map((response) => (isMapped(response) ? withMappings(response) : response)),
  };
  const declared = method.methodResponses;
  method.methodResponses = Lazy.uncachedAny({
    produce: (context) => withDeclarations((context.resolve(declared) ?? []) as MethodResponse[], statuses),
  });
  return Object.keys(CALL_HEADERS);
}

function isMapped(response: unknown): response is IntegrationResponse {
  const { statusCode, responseParameters } = response as Partial<IntegrationResponse>;
  return typeof statusCode === 'string' && !statusCode.startsWith('5') && !Token.isUnresolved(responseParameters);
}

function withMappings(response: IntegrationResponse): IntegrationResponse {
  return { ...response, responseParameters: beside(response.responseParameters, (source) => source) };
}

/** API Gateway refuses mappings to headers, and to statuses, that the method does not declare. */
function withDeclarations(responses: readonly MethodResponse[], statuses: readonly string[]): MethodResponse[] {
  const missing = [...new Set(statuses)].filter((status) => !responses.some(({ statusCode }) => statusCode === status));
  return [...responses, ...missing.map((statusCode): MethodResponse => ({ statusCode }))].map((response) =>
    statuses.includes(response.statusCode)
      ? { ...response, responseParameters: beside(response.responseParameters, () => false) }
      : response,
  );
}

/** Parameters with the headers beside them that they lack; header names have no case. */
function beside<T>(parameters: unknown, make: (source: string) => T): Record<string, T> {
  const theirs = (parameters ?? {}) as Record<string, T>;
  const names = Object.keys(theirs).map((name) => name.toLowerCase());
  const missing = Object.entries(CALL_HEADERS).filter(([name]) => !names.includes(TARGET + name.toLowerCase()));
  return { ...Object.fromEntries(missing.map(([name, source]) => [TARGET + name, make(source)])), ...theirs };
}
