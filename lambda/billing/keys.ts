import type { APIGatewayProxyResult } from 'aws-lambda';
import { json, problem } from '../adapters/api-gateway';
import type { IdentifiedCustomer } from '../customer/identify';
import { isKeyCustomer, type KeyMode } from '../domain/api-key';
import { Audit } from '../domain/audit';
import type { EpochSeconds } from '../domain/clock';
import { createKey, type KeyDependencies, MAX_KEYS, MAX_RECORDS, revokeOwnKey, rotateKey } from '../domain/keys';
import { bodyText, jsonBody } from './body';
import { identify, unauthorized } from './identify';
import { readNewKey, readOverlap } from './key-requests';
import type { BillingDependencies, BillingRequest } from './request';
import { suspended } from './suspended';

type KeyRoute = (
  caller: IdentifiedCustomer,
  request: BillingRequest,
  dependencies: BillingDependencies,
) => Promise<APIGatewayProxyResult>;

/** `GET keys`: the customer's keys, also those that have expired or were taken away within a month; never their texts. */
export const listKeys = forCustomer(async ({ customer, key }, _request, { keys, clock }) => {
  const listed = (await keys.list(customer, clock())) ?? [];
  return json(200, {
    keys: listed.map(({ keyId, name, createdAt, expiresAt, revokedAt, active }) => ({
      id: keyId,
      name,
      createdAt: iso(createdAt),
      expiresAt: iso(expiresAt),
      revokedAt: iso(revokedAt),
      active,
      calling: keyId === key?.keyId,
    })),
    most: MAX_KEYS,
  });
});

/** `POST keys`: one more key for the same balance. The answer is the only place where its text is. */
export const makeKey = forCustomer(async (caller, request, dependencies) => {
  const { requestId } = request;
  if (caller.balance.standing === 'suspended') {
    return suspended('No key is made for it', requestId);
  }
  if (!isKeyCustomer(caller.customer)) {
    const detail = 'No keys can be made for this account: it is known by tokens alone. Send one of these.';
    return problem(409, 'Conflict', detail, requestId);
  }
  const now = dependencies.clock();
  const wanted = readNewKey(jsonBody(request), now);
  if ('fault' in wanted) {
    return problem(400, 'Bad Request', wanted.fault, requestId);
  }
  const newKey = { ...wanted, mode: await modeOf(caller, dependencies) };
  const made = await createKey(caller.customer, newKey, now, change(caller, request, dependencies));
  if (made.kind !== 'made') {
    return made.kind === 'full' ? full(requestId) : unauthorized(request, dependencies);
  }
  const { keyId, name, expiresAt } = made.record;
  return json(201, { id: keyId, name, expiresAt: iso(expiresAt), apiKey: made.text, note: SHOWN_ONCE });
});

/** `POST keys/{keyId}/rotate`: a new key in place of one that is served for a while yet. */
export const replaceKey = forCustomer(async (caller, request, dependencies) => {
  const { requestId } = request;
  const wanted = readOverlap(bodyText(request) === '' ? {} : jsonBody(request), dependencies.billing.rotationOverlap);
  if ('fault' in wanted) {
    return problem(400, 'Bad Request', wanted.fault, requestId);
  }
  const keyId = keyIdOf(request);
  const rotation = { keyId, overlap: wanted.overlap, mode: await modeOf(caller, dependencies) };
  const now = dependencies.clock();
  const made = await rotateKey(caller.customer, rotation, now, change(caller, request, dependencies));
  if (made.kind !== 'made') {
    return made.kind === 'full' ? full(requestId) : noSuchKey(requestId);
  }
  const { record, text, servedUntil } = made;
  return json(201, {
    id: record.keyId,
    name: record.name,
    expiresAt: iso(record.expiresAt),
    apiKey: text,
    replaces: { id: keyId, servedUntil: iso(servedUntil) },
    note: SHOWN_ONCE,
  });
});

/** `DELETE keys/{keyId}`: takes a key away for good. */
export const removeKey = forCustomer(async (caller, request, dependencies) => {
  const keyId = keyIdOf(request);
  // Whoever is known by a token comes in without a key.
  const revocation = { keyId, mayBeLast: caller.key === undefined };
  const now = dependencies.clock();
  const outcome = await revokeOwnKey(caller.customer, revocation, now, change(caller, request, dependencies));
  if (outcome === 'unknown') {
    return noSuchKey(request.requestId);
  }
  if (outcome === 'last') {
    const detail =
      'This is the last key of this account, and without one there is no way in. Make another with POST keys first; ' +
      'or put another in its place at once with POST keys/{keyId}/rotate and {"overlap": 0}.';
    return problem(409, 'Conflict', detail, request.requestId);
  }
  return { statusCode: 204, headers: { 'Cache-Control': 'no-store' }, body: '' };
});

const SHOWN_ONCE = 'Keep the key: it is shown this once.';

function forCustomer(answer: KeyRoute) {
  return async (request: BillingRequest, dependencies: BillingDependencies): Promise<APIGatewayProxyResult> => {
    const caller = await identify(request, dependencies);
    return caller === undefined ? unauthorized(request, dependencies) : answer(caller, request, dependencies);
  };
}

/** What a change of keys is made with; it is written down who has made it, and where from. */
function change(
  { key }: IdentifiedCustomer,
  { event }: BillingRequest,
  { keys, auditLog, clock }: BillingDependencies,
): KeyDependencies {
  const who = key === undefined ? 'token' : `key ${key.keyId}`;
  return { keys, audit: new Audit(auditLog, { who, from: event.requestContext.identity.sourceIp }, clock) };
}

/** A key's own mode goes on; only for who has none, Stripe's is asked for. */
async function modeOf({ key }: IdentifiedCustomer, { checkout }: BillingDependencies): Promise<KeyMode> {
  return key?.mode ?? checkout.mode();
}

/** Nothing that is no key's id goes on to the store, or into an answer. */
function keyIdOf({ event }: BillingRequest): string {
  const { keyId = '' } = event.pathParameters ?? {};
  return /^\w{1,32}$/.test(keyId) ? keyId : '';
}

function noSuchKey(requestId: string): APIGatewayProxyResult {
  const detail = 'This account has no key of that id that is served. GET keys lists those that it has.';
  return problem(404, 'Not Found', detail, requestId);
}

function full(requestId: string): APIGatewayProxyResult {
  const detail =
    `An account has at most ${MAX_KEYS} keys at a time, and ${MAX_RECORDS} in a month. ` +
    'Take one away that is not needed any more: GET keys, then DELETE keys/{keyId}.';
  return problem(409, 'Conflict', detail, requestId);
}

function iso(time: EpochSeconds | undefined): string | null {
  return time === undefined ? null : new Date(time * 1000).toISOString();
}
