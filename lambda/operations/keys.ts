import {
  type KeyAnswer,
  type KeyLine,
  type KeysAnswer,
  MAX_KEY_LIFETIME,
  MAX_KEY_NAME,
  MAX_OVERLAP,
  type RevokeAnswer,
} from '../../lib/private/operations';
import { isKeyCustomer } from '../domain/api-key';
import { createKey, type KeyOutcome, type ListedKey, MAX_KEYS, revokeKey, rotateKey } from '../domain/keys';
import { auditOf } from './actor';
import { findCustomer, iso } from './customer';
import { type OperationsDependencies, RefusedError } from './dependencies';
import { type Asked, requireKeys, requireLine, requireWhole } from './validation';

/** A customer's keys: what is known of them, never their texts. */
export async function listKeys(
  { customer: named }: Asked<'keys'>,
  dependencies: OperationsDependencies,
): Promise<KeysAnswer> {
  const customer = await findCustomer(named, dependencies);
  const keys = (await dependencies.keys.list(customer, dependencies.clock())) ?? [];
  return { customer, keys: keys.map(toKeyLine) };
}

/** Makes one more key for the same balance. */
export async function makeKey(
  { customer: named, name, lifetime, by }: Asked<'createKey'>,
  dependencies: OperationsDependencies,
): Promise<KeyAnswer> {
  requireKeys(dependencies.accepts);
  requireLine('name', name, MAX_KEY_NAME);
  if (lifetime !== undefined) {
    requireWhole('lifetime', lifetime, MAX_KEY_LIFETIME);
  }
  const audit = auditOf(by, dependencies);
  const customer = await findCustomer(named, dependencies);
  if (!isKeyCustomer(customer)) {
    throw new RefusedError(`no key can name customer ${customer}, who is known by tokens alone`);
  }
  const now = dependencies.clock();
  const expiresAt = lifetime === undefined ? undefined : now + lifetime;
  const wanted = { mode: await dependencies.mode(), name, expiresAt };
  return madeKey(customer, await createKey(customer, wanted, now, { keys: dependencies.keys, audit }));
}

/** Makes a key in place of another, which is served for a while yet. */
export async function replaceKey(
  { customer: named, keyId, overlap, by }: Asked<'rotateKey'>,
  dependencies: OperationsDependencies,
): Promise<KeyAnswer> {
  requireKeys(dependencies.accepts);
  if (overlap !== 0) {
    requireWhole('overlap', overlap, MAX_OVERLAP);
  }
  const audit = auditOf(by, dependencies);
  const customer = await findCustomer(named, dependencies);
  const { clock, keys } = dependencies;
  const now = clock();
  const key = (await keys.list(customer, now))?.find((candidate) => candidate.keyId === keyId);
  if (key === undefined || !key.active) {
    const what = key === undefined ? 'has no key' : 'is not served any more by the key';
    throw new RefusedError(`customer ${customer} ${what} ${JSON.stringify(keyId)}`);
  }
  const rotation = { keyId: key.keyId, overlap, mode: await dependencies.mode() };
  return madeKey(customer, await rotateKey(customer, rotation, now, { keys, audit }));
}

/** Takes a key away for good. */
export async function takeKey(
  { customer: named, keyId, now: atOnce, by }: Asked<'revokeKey'>,
  dependencies: OperationsDependencies,
): Promise<RevokeAnswer> {
  const audit = auditOf(by, dependencies);
  const customer = await findCustomer(named, dependencies);
  const { clock, keys, renewAuthorizer } = dependencies;
  const now = clock();
  const onBalance = (await dependencies.customers.balance(customer))?.keys ?? {};
  const isOnBalance = Object.hasOwn(onBalance, String(keyId));
  const isKnown = isOnBalance || (await keys.list(customer, now))?.some((candidate) => candidate.keyId === keyId);
  if (typeof keyId !== 'string' || !isKnown) {
    throw new RefusedError(`customer ${customer} has no key ${JSON.stringify(keyId)}`);
  }
  const done = isOnBalance && (await revokeKey(customer, keyId, now, { keys, audit }));
  if (atOnce === true) {
    await audit.record(customer, { what: 'authorizer.renewed', key: keyId }, async () => {
      await renewAuthorizer();
      return 'renewed';
    });
  }
  return { customer, keyId, outcome: done ? 'applied' : 'unchanged', everywhere: atOnce === true };
}

/** What is told of a key that was to be made. @throws RefusedError where it was not */
export function madeKey(customer: string, made: KeyOutcome): KeyAnswer {
  switch (made.kind) {
    case 'made':
      return { customer, key: toKeyLine({ ...made.record, active: true }), apiKey: made.text };
    case 'full':
      throw new RefusedError(`customer ${customer} has ${MAX_KEYS} keys, and no more fit: revoke one first`);
    case 'unknown':
      throw new RefusedError(`customer ${customer} has no such key`);
  }
}

export function toKeyLine({ keyId, name, createdAt, expiresAt, revokedAt, active }: ListedKey): KeyLine {
  return {
    id: keyId,
    name,
    createdAt: iso(createdAt),
    expiresAt: expiresAt === undefined ? null : iso(expiresAt),
    revokedAt: revokedAt === undefined ? null : iso(revokedAt),
    active,
  };
}
