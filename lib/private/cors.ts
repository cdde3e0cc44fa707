import { Cors, type CorsOptions } from 'aws-cdk-lib/aws-apigateway';

/** What a page's script wants to read of a refusal, beyond what browsers show it anyway. */
const EXPOSED = 'Link, PAYMENT-REQUIRED, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate';

/** A literal, as a parameter mapping of API Gateway writes it. */
export function quoted(literal: string): string {
  return `'${literal}'`;
}

/** The origins that CORS admits; none where it is off. */
export function corsOrigins(cors: CorsOptions | undefined): string[] {
  return cors?.allowOrigins ?? [];
}

/**
 * The CORS headers of a gateway response. It can hold one origin, or echo the request's: with several, echoing lets any page read
 * a refusal of a call that it had the key to make, and no cookie opens anything here.
 */
export function corsHeaders(cors: CorsOptions | undefined): Record<string, string> {
  const [first, ...others] = corsOrigins(cors);
  if (cors === undefined || first === undefined) {
    return {};
  }
  const literal = others.length === 0 || cors.allowOrigins === Cors.ALL_ORIGINS;
  return {
    'Access-Control-Allow-Origin': literal ? quoted(first) : 'method.request.header.Origin',
    'Access-Control-Expose-Headers': quoted(EXPOSED),
    ...(literal && cors.allowCredentials === true && { 'Access-Control-Allow-Credentials': quoted('true') }),
    ...(literal && first === '*' ? {} : { Vary: quoted('Origin') }),
  };
}
