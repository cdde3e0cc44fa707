import { createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type SigningKey = {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly jwk: JsonWebKey;
};

/** A key pair of an issuer's. */
export function signingKey(kid: string, alg: 'RS256' | 'ES256' | 'EdDSA' = 'ES256'): SigningKey {
  const { publicKey, privateKey } = {
    RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: () => generateKeyPairSync('ed25519'),
  }[alg]();
  return { kid, alg, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

function part(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** A token with these claims, signed by the key; `header` takes the place of what it would say of that. */
export function token(key: SigningKey, payload: unknown, header: object = {}): string {
  const signed = `${part({ typ: 'JWT', alg: key.alg, kid: key.kid, ...header })}.${part(payload)}`;
  const digest = key.alg === 'EdDSA' ? null : 'sha256';
  const signature = sign(digest, Buffer.from(signed), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** A token that is signed by a text that both sides know, as HS256 has it. */
export function hmacToken(secret: string, payload: unknown, header: object): string {
  const signed = `${part({ alg: 'HS256', ...header })}.${part(payload)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

export function unsignedToken(payload: unknown, header: object, signature = ''): string {
  return `${part(header)}.${part(payload)}.${signature}`;
}

export interface TestIssuer {
  /** With a slash at its end. */
  readonly issuer: string;
  readonly jwksUri: string;
  readonly keys: SigningKey[];
  /** How often its keys were asked for. */
  requests: number;
  /** What it answers with in place of its keys. */
  fault?: (response: ServerResponse) => void;
  /** A token of its own for an hour; claims take the place of the usual ones. */
  token(claims?: Record<string, unknown>, key?: SigningKey): string;
  close(): Promise<void>;
}

/** An issuer on the loopback, which publishes its keys. */
export async function startIssuer(keys: SigningKey[] = [signingKey('key-1')]): Promise<TestIssuer> {
  const server = createServer((_, response) => {
    issuer.requests++;
    if (issuer.fault !== undefined) {
      issuer.fault(response);
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const issuer: TestIssuer = {
    issuer: url,
    jwksUri: `${url}.well-known/jwks.json`,
    keys,
    requests: 0,
    token: (claims = {}, key = issuer.keys[0] as SigningKey) => {
      const now = Math.floor(Date.now() / 1000);
      return token(key, { iss: url, aud: 'paid-api', sub: 'ada', iat: now, exp: now + 3_600, ...claims });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}
