import { decomposeUnverifiedJwt, validateJwtFields } from 'aws-jwt-verify/jwt';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { supportedSignatureAlgorithms, verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import type { Catalogue } from '../../../lib/private/catalogue';
import type { TokenEntry } from '../../../lib/private/identity-entry';
import { customerIdOf } from '../../domain/customer-id';
import type { Caller, Credentials, Identity } from '../../domain/identity';
import type { PlanClaim } from '../../domain/plan-claim';
import { fetchJson } from './fetch-json';
import { IssuerKeys } from './issuer-keys';
import { rulesOf, type TokenRules } from './rules';

export interface TokenOptions {
  readonly catalogue: Catalogue;
  /** Told, once each, what is wrong with an issuer's tokens that only the operator can mend. */
  readonly onMisconfigured: (problem: string, issuer: string) => void;
  /** @default - HTTP, and a time that a caller can wait */
  readonly fetchJson?: (uri: string) => Promise<unknown>;
  readonly milliseconds?: () => number;
}

/** Characters. API Gateway takes 10,240 bytes of headers. */
const MAX_LENGTH = 8_192;

/** Seconds by which the issuer's clock and Lambda's may differ. */
const CLOCK_TOLERANCE = 60;

const MAX_KID_LENGTH = 256;

const LIMITS = { timeout: 1_500, maxBytes: 262_144 };

/** Signatures by a private key, of which the issuer publishes the other half; no other does. */
const ALGORITHMS: readonly unknown[] = supportedSignatureAlgorithms;

type Decomposed = ReturnType<typeof decomposeUnverifiedJwt>;

/** Callers who are known by the tokens of one issuer (JSON Web Tokens, RFC 7519). */
export class TokenIdentity implements Identity {
  private readonly rules: TokenRules;
  private readonly keys: ReadonlyMap<string, IssuerKeys>;
  private readonly fields: { issuer: string[]; audience: string[] | null; graceSeconds: number };
  private readonly told = new Set<string>();

  constructor(
    entry: TokenEntry,
    private readonly options: TokenOptions,
  ) {
    this.rules = rulesOf(entry);
    const { audience, jwksUris } = this.rules;
    this.fields = {
      issuer: [...jwksUris.keys()],
      audience: audience === undefined ? null : [...audience],
      graceSeconds: CLOCK_TOLERANCE,
    };
    const fetching = options.fetchJson ?? ((uri) => fetchJson(uri, LIMITS));
    const milliseconds = options.milliseconds ?? Date.now;
    this.keys = new Map(
      [...jwksUris].map(([issuer, uri]) => [issuer, new IssuerKeys({ uri, fetchJson: fetching, milliseconds })]),
    );
  }

  /** Begins to ask for the issuer's keys. */
  public open(): void {
    this.keys.get(this.rules.issuer)?.open();
  }

  public async recognise({ bearer }: Credentials): Promise<Caller | 'refused' | undefined> {
    const token = bearer === undefined ? undefined : decompose(bearer);
    const keys = this.keys.get(token?.payload.iss ?? '');
    if (bearer === undefined || token === undefined || keys === undefined) {
      return undefined;
    }
    const payload = await this.verify(bearer, token, keys);
    return (payload && this.callerOf(payload)) ?? 'refused';
  }

  /** What the token says, if it is the issuer's, for this API, and in force. All that can be told without the keys is told first. */
  private async verify(
    text: string,
    { header, payload }: Decomposed,
    keys: IssuerKeys,
  ): Promise<JwtPayload | undefined> {
    const kid = keyIdOf(header);
    if (kid === undefined || payload.exp === undefined || !holds(() => this.check(payload))) {
      return undefined;
    }
    const jwk = await keys.find(kid);
    const isGenuine =
      jwk !== undefined && holds(() => verifyJwtSync(text, jwk, this.fields, (found) => keys.toKeyObject(found)));
    return isGenuine ? payload : undefined;
  }

  private check(payload: JwtPayload): void {
    validateJwtFields(payload, this.fields);
    this.rules.check(payload);
  }

  private callerOf(payload: JwtPayload): Caller | undefined {
    const { issuer, customerClaim } = this.rules;
    const subject = textOf(payload, customerClaim);
    if (subject === undefined) {
      this.tell('a token lacks the claim that names the customer');
      return undefined;
    }
    return { customer: customerIdOf(issuer, subject), credential: 'token', claim: this.claimOf(payload) };
  }

  private claimOf(payload: JwtPayload): PlanClaim | undefined {
    const { planClaim } = this.rules;
    const { defaultPlan, plans } = this.options.catalogue;
    if (planClaim === undefined) {
      return undefined;
    }
    const issuedAt = Math.floor(payload.iat ?? 0);
    if (!Number.isSafeInteger(issuedAt) || issuedAt <= 0) {
      this.tell('a token names a plan and not when it was issued, and is not heeded');
      return undefined;
    }
    const named = Object.hasOwn(payload, planClaim) ? payload[planClaim] : undefined;
    const isSold = plans.some(({ id }) => id === named);
    if (named !== undefined && !isSold) {
      this.tell('a token names a plan that there is none of, and is served as one of the default plan');
    }
    return { plan: isSold ? String(named) : defaultPlan, issuedAt, defaultPlan };
  }

  private tell(problem: string): void {
    if (!this.told.has(problem)) {
      this.told.add(problem);
      this.options.onMisconfigured(problem, this.rules.issuer);
    }
  }
}

/** The parts of a token, none of them verified; nothing where the text is none. */
function decompose(text: string): Decomposed | undefined {
  // The length first: a pattern is not run over what a stranger made long.
  if (text.length > MAX_LENGTH) {
    return undefined;
  }
  try {
    return decomposeUnverifiedJwt(text);
  } catch {
    return undefined;
  }
}

/** The id of the key that the token says that it is signed with; nothing where it can be none that counts. */
function keyIdOf({ alg, kid, crit }: Decomposed['header']): string | undefined {
  // Who does not know what a header calls critical must refuse (RFC 7515), and there is nothing of that kind that is known here.
  const isKnown = ALGORITHMS.includes(alg) && crit === undefined;
  return isKnown && kid !== undefined && kid.length <= MAX_KID_LENGTH ? kid : undefined;
}

function textOf(payload: JwtPayload, claim: string): string | undefined {
  const value = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whether a check of the library's passes. What it has to say of a token that does not is what a stranger sent, and for no log. */
function holds(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
