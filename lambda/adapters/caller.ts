import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { hashApiKey, parseApiKey } from '../domain/api-key';
import type { KeyCredential } from '../domain/charge';
import type { Clock } from '../domain/clock';
import { type ImportedKeys, isImportable } from '../domain/imported-keys';
import { apiKeyOf, header } from './api-gateway';

/** Who calls, as far as his key tells: whether it is his, is for the store to judge. */
export interface Caller {
  readonly customer: string;
  readonly credential: KeyCredential;
}

/** By what callers are known beside our own keys. */
export interface CallerDependencies {
  /** Absent where no keys are accepted that were made elsewhere. */
  readonly importedKeys?: ImportedKeys;
  readonly clock: Clock;
}

/** The caller whom a key names; nobody where the request carries none that can be one. */
export async function callerOf(
  event: APIGatewayProxyEvent | APIGatewayRequestAuthorizerEvent,
  { importedKeys, clock }: CallerDependencies,
): Promise<Caller | undefined> {
  const text = apiKeyOf(event);
  const key = text === undefined ? undefined : parseApiKey(text);
  if (text !== undefined && key !== undefined) {
    return { customer: key.customer, credential: { keyId: key.keyId, keyHash: hashApiKey(text) } };
  }
  // API Gateway takes its keys from this header alone.
  const foreign = header(event, 'x-api-key');
  return importedKeys === undefined || foreign === undefined || !isImportable(foreign)
    ? undefined
    : importedKeys.find(hashApiKey(foreign), clock());
}
