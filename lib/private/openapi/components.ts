import type { IdentityEntry, TokenEntry } from '../identity-entry';
import { PAYMENT_REQUIRED_SCHEMA } from '../payment-required-schema';
import type { ApiFacts } from './api-facts';
import type { Json } from './operations';

/** The file's name below the billing path. */
export const SCHEMA_FILE = 'payment-required.schema.json';

const text = (description: string): Json => ({ description, schema: { type: 'string' } });

const HEADERS: Readonly<Record<string, Json>> = {
  RateLimit: text('What is left of the quota, and the seconds until it comes back: "month";r=42;t=86400'),
  'RateLimit-Policy': text('The quota itself, and the seconds of its window: "month";q=1000;w=2592000'),
  'Payment-Receipt': text('What was paid with the call; there where it was.'),
  'Retry-After': { description: 'Seconds after which the call can be sent again.', schema: { type: 'integer' } },
  'WWW-Authenticate': text('How to authenticate; with a 402, how to pay where payments by machines are taken.'),
  Link: text('Where to pay: <…>; rel="payment"'),
  'PAYMENT-REQUIRED': text('The same for clients of x402, where it is sent.'),
};

const PROBLEM = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What has happened and what to do next.' },
    instance: { type: 'string', format: 'uri', description: 'Names this answer; quote it to whoever runs the API.' },
  },
};

/** Names of components for statuses that API Gateway answers by itself. */
export const REFUSALS: Readonly<Record<string, string>> = {
  401: 'Unauthorized',
  402: 'PaymentRequired',
  403: 'Suspended',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
};

/** What operations refer to. */
export function components({ entry, identities }: ApiFacts): Json {
  return {
    headers: HEADERS,
    responses: {
      Served: {
        description: 'Served. The headers are there where the integration allows it.',
        headers: headerRefs(['RateLimit', 'RateLimit-Policy', 'Payment-Receipt']),
      },
      Unauthorized: refusal('No credential, or one that is unknown or has ended.', ['WWW-Authenticate']),
      PaymentRequired: refusal(
        'The quota is used up, a payment is owed, or the plan lacks the route.',
        ['Link', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'WWW-Authenticate', 'PAYMENT-REQUIRED'],
        'PaymentRequired',
      ),
      Suspended: refusal('The account is suspended. Paying does not lift it.', []),
      TooManyRequests: refusal('Calls come faster than the plan admits.', ['Retry-After']),
      ServiceUnavailable: refusal('The call could not be metered, and was not served.', ['Retry-After']),
    },
    schemas: {
      Problem: PROBLEM,
      PaymentRequired: {
        ...PAYMENT_REQUIRED_SCHEMA,
        externalDocs: { url: `${entry.billingPath}/${SCHEMA_FILE}`, description: 'This schema, by itself' },
      },
    },
    securitySchemes: securitySchemes(identities),
  };
}

/** Those whose tokens count. */
export function tokensOf(identities: readonly IdentityEntry[]): TokenEntry[] {
  return identities.filter((identity) => typeof identity === 'object');
}

/** `security` of an operation: one of the ways is enough. */
export function securityOf({ identities }: ApiFacts): Json[] {
  return Object.keys(securitySchemes(identities)).map((name) => ({ [name]: [] }));
}

function refusal(description: string, headers: readonly string[], schema = 'Problem'): Json {
  return {
    description,
    ...(headers.length > 0 && { headers: headerRefs(headers) }),
    content: { 'application/problem+json': { schema: { $ref: `#/components/schemas/${schema}` } } },
  };
}

function headerRefs(names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function securitySchemes(identities: readonly IdentityEntry[]): Record<string, Json> {
  const tokens = tokensOf(identities);
  const keys = identities.includes('apiKeys') && {
    apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'A key of the customer.' },
    bearerApiKey: { type: 'http', scheme: 'bearer', description: 'The same key.' },
  };
  const issuers = tokens.map((token, index) => {
    const issuer =
      'userPool' in token ? `the Amazon Cognito user pool ${token.userPool} (${token.tokenUse})` : token.issuer;
    const audience = 'audience' in token ? ` for ${token.audience.join(' or ')}` : '';
    const description = `A JSON Web Token of ${issuer}${audience}.`;
    const name = tokens.length === 1 ? 'token' : `token${index + 1}`;
    return [name, { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description }] as const;
  });
  return { ...keys, ...Object.fromEntries(issuers) };
}
