import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import type { ApiCall } from './api-call';
import { sameBytes } from './charge';
import type { EpochSeconds } from './clock';
import { isLinkGenuine, signLink } from './link-signature';

/** 256 bits: the key that a request is sealed with is made of them. */
export const REQUEST_SECRET_BYTES = 32;

/** Bytes by which a sealed request is longer than what was sealed. */
const TAG_LENGTH = 16;

/** What a token says. Whether it is genuine only the kept request and the customer's `linkSecret` can tell. */
export interface RequestToken {
  /** Random; opens what was sealed. Nobody keeps it but whoever has the token. */
  readonly secret: Uint8Array;
  readonly expiresAt: EpochSeconds;
  readonly signature: string;
}

/** Whose request it is, and of which API. */
export interface RequestOwner {
  readonly customer: string;
  readonly apiId: string;
}

/** A request as the store has it, from which nobody can read what it was. */
export interface KeptRequest extends RequestOwner {
  /** The SHA-256 of the token's random part, by which it is found. */
  readonly id: string;
  /** The SHA-256 of the whole token. */
  readonly tokenHash: Uint8Array;
  readonly expiresAt: EpochSeconds;
  /** Absent once it has been run. */
  readonly sealed?: Uint8Array;
  readonly used: boolean;
}

/** Seals a call, and makes the token that alone opens it. */
export function sealRequest(
  call: ApiCall,
  owner: RequestOwner,
  { secret, expiresAt, linkSecret }: { secret: Uint8Array; expiresAt: EpochSeconds; linkSecret: Uint8Array },
): { readonly token: string; readonly kept: KeptRequest } {
  const signature = signLink('kept_request', signedParts(call, owner, { secret, expiresAt }), linkSecret);
  const token = `${Buffer.from(secret).toString('base64url')}.${expiresAt.toString(36)}.${signature}`;
  const { key, iv } = keyOf(secret);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(ownerBytes(owner, expiresAt));
  const sealed = Buffer.concat([cipher.update(serialize(call)), cipher.final(), cipher.getAuthTag()]);
  const kept = { ...owner, id: requestId(secret), tokenHash: sha256(token), expiresAt, sealed, used: false };
  return { token, kept };
}

/** Reads a token; nothing where the text is none. */
export function parseRequestToken(text: string): RequestToken | undefined {
  const [, secret, expiry, signature] = /^([\w-]{43})\.([0-9a-z]{1,9})\.([\w-]{22})$/.exec(text) ?? [];
  if (secret === undefined || expiry === undefined || signature === undefined) {
    return undefined;
  }
  return { secret: Buffer.from(secret, 'base64url'), expiresAt: Number.parseInt(expiry, 36), signature };
}

/** What a request is found by. */
export function requestId(secret: Uint8Array): string {
  return sha256(secret).toString('base64url');
}

/** Whether a token is, to the last bit, the one of the request, and both are the owner's. */
export function isTokenOf(kept: KeptRequest, token: string, { customer, apiId }: RequestOwner): boolean {
  const isSame = sameBytes(sha256(token), kept.tokenHash);
  return isSame && kept.customer === customer && kept.apiId === apiId;
}

/** What was sealed; nothing where that is gone, was touched, or was signed with another secret than the customer has now. */
export function openRequest(
  { sealed, customer, apiId }: KeptRequest,
  token: RequestToken,
  linkSecret: Uint8Array,
): ApiCall | undefined {
  if (sealed === undefined || sealed.length < TAG_LENGTH) {
    return undefined;
  }
  const { key, iv } = keyOf(token.secret);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_LENGTH });
  decipher.setAAD(ownerBytes({ customer, apiId }, token.expiresAt));
  decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
  try {
    const call = deserialize(Buffer.concat([decipher.update(sealed.subarray(0, -TAG_LENGTH)), decipher.final()]));
    const parts = signedParts(call, { customer, apiId }, token);
    return isLinkGenuine('kept_request', parts, token.signature, linkSecret) ? call : undefined;
  } catch {
    return undefined;
  }
}

/** The path comes last, since it alone may hold what the parts are told apart by. */
function signedParts(
  { method, path, body }: ApiCall,
  { customer, apiId }: RequestOwner,
  { secret, expiresAt }: Pick<RequestToken, 'secret' | 'expiresAt'>,
): (string | number)[] {
  const digest = sha256(body ?? new Uint8Array()).toString('base64url');
  return [customer, apiId, requestId(secret), expiresAt, method, digest, path];
}

/** A secret seals one request, so its nonce may come of it as well. */
function keyOf(secret: Uint8Array): { readonly key: Buffer; readonly iv: Buffer } {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'cdk-paywall kept request', 44));
  return { key: bytes.subarray(0, 32), iv: bytes.subarray(32) };
}

/** The body stands behind the first line feed, as it is: JSON has none that is not escaped. */
function serialize({ body, ...rest }: ApiCall): Buffer {
  return Buffer.concat([
    Buffer.from(`${JSON.stringify({ ...rest, hasBody: body !== undefined })}\n`),
    body ?? Buffer.alloc(0),
  ]);
}

function deserialize(bytes: Buffer): ApiCall {
  const end = bytes.indexOf('\n');
  const { hasBody, ...rest } = JSON.parse(bytes.subarray(0, end).toString()) as ApiCall & { hasBody: boolean };
  return hasBody ? { ...rest, body: bytes.subarray(end + 1) } : rest;
}

function ownerBytes({ customer, apiId }: RequestOwner, expiresAt: EpochSeconds): Buffer {
  return Buffer.from(`${customer}|${apiId}|${expiresAt}`);
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
