import type { InvocationResult } from '../lambda/runtime';
import { GatewayError } from './gateway-error';
import { type Policy, parsePolicy } from './policy';

/** What a Lambda authorizer said, once it is known to be well-formed. */
export interface AuthorizerAnswer {
  readonly principalId: string;
  readonly policy: Policy;
  readonly context: Readonly<Record<string, string>>;
  readonly usageIdentifierKey?: string;
}

/** Reads an authorizer's answer, or throws what API Gateway answers the caller with. */
export function parseAuthorizerResult(result: InvocationResult): AuthorizerAnswer {
  if (!result.ok) {
    throw result.errorMessage === 'Unauthorized'
      ? new GatewayError('UNAUTHORIZED')
      : new GatewayError('AUTHORIZER_FAILURE', {
          detail: `the authorizer failed: ${result.errorType}: ${result.errorMessage}`,
        });
  }
  const { payload } = result;
  if (typeof payload !== 'object' || payload === null) {
    throw malformed('it is no object');
  }
  const { principalId, policyDocument, context, usageIdentifierKey } = payload as Record<string, unknown>;
  if (typeof principalId !== 'string' || principalId === '') {
    throw malformed('`principalId` is missing');
  }
  const policy = parsePolicy(policyDocument);
  if (policy === undefined) {
    throw malformed('`policyDocument` is missing, or holds more than Effect, Action and Resource');
  }
  return { principalId, policy, context: parseContext(context), usageIdentifierKey: parseKey(usageIdentifierKey) };
}

/** Every value becomes a string; objects and arrays are not taken. */
function parseContext(context: unknown): Record<string, string> {
  if (context === undefined || context === null) {
    return {};
  }
  if (typeof context !== 'object' || Array.isArray(context)) {
    throw malformed('`context` is no object');
  }
  const entries = Object.entries(context).filter(([, value]) => value !== undefined && value !== null);
  const wrong = entries.find(([, value]) => !['string', 'number', 'boolean'].includes(typeof value));
  if (wrong !== undefined) {
    throw malformed(`\`context.${wrong[0]}\` is no string, number or boolean`);
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

function parseKey(usageIdentifierKey: unknown): string | undefined {
  if (usageIdentifierKey === undefined || usageIdentifierKey === null) {
    return undefined;
  }
  if (typeof usageIdentifierKey !== 'string') {
    throw malformed('`usageIdentifierKey` is no string');
  }
  return usageIdentifierKey;
}

function malformed(why: string): GatewayError {
  return new GatewayError('AUTHORIZER_CONFIGURATION_ERROR', { detail: `the authorizer's answer is malformed: ${why}` });
}
