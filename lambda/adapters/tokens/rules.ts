import { CognitoJwtVerifier, validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import type { CognitoEntry, IssuerEntry, TokenEntry } from '../../../lib/private/identity-entry';

/** What must hold of a token besides its signature and its times. */
export interface TokenRules {
  /** The issuer by which customers are told apart. */
  readonly issuer: string;
  /** Where the keys are of each name that the issuer goes by. */
  readonly jwksUris: ReadonlyMap<string, string>;
  /** Absent where `check` sees to it. */
  readonly audience?: readonly string[];
  /** Throws where the token is not for this API. */
  readonly check: (payload: JwtPayload) => void;
  readonly customerClaim: string;
  readonly planClaim?: string;
}

export function rulesOf(entry: TokenEntry): TokenRules {
  const { customerClaim = 'sub', planClaim } = entry;
  return { ...('userPool' in entry ? cognitoRules(entry) : issuerRules(entry)), customerClaim, planClaim };
}

/** A user pool goes by two names: a Region's, and a newer one of which Cognito says that it will take the place of that. */
function cognitoRules({ userPool, clients, tokenUse }: CognitoEntry) {
  const regional = CognitoJwtVerifier.parseUserPoolId(userPool);
  const newer = CognitoJwtVerifier.parseUserPoolId(userPool, 'https://issuer-cognito-idp');
  const clientId = clients === undefined ? null : [...clients];
  return {
    issuer: regional.issuer,
    jwksUris: new Map([regional, newer].map(({ issuer, jwksUri }) => [issuer, jwksUri])),
    check: (payload: JwtPayload) => validateCognitoJwtFields(payload, { tokenUse, clientId }),
  };
}

function issuerRules({ issuer, audience, jwksUri }: IssuerEntry) {
  const usual = `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
  return { issuer, jwksUris: new Map([[issuer, jwksUri ?? usual]]), audience, check: () => undefined };
}
