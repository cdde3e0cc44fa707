import { Fn, Token } from 'aws-cdk-lib';
import type { IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { IdentityEntry } from './private/identity-entry';
import type { AcceptedTokens } from './private/unauthorized';
import { requireIssuer, requireText } from './private/validation';

/** Which of a user pool's tokens are sent. */
export enum TokenUse {
  /** What is made for APIs. */
  ACCESS = 'access',
  /** What tells an app who its user is, with the user's attributes. */
  ID = 'id',
}

/** Options of `Identity.apiKeys`. */
export interface ApiKeyIdentityOptions {
  /**
   * Whether keys are accepted beside them, as `x-api-key`, that were made elsewhere, such as those of plain usage plans, and imported
   * with `cdk-paywall import`. The first call of each by an execution environment of the authorizer costs a read; so does, every ten
   * seconds, a key that nobody has.
   *
   * @default false
   */
  readonly imported?: boolean;
}

/** What tokens tell of their customer. */
export interface TokenClaims {
  /**
   * The claim that tells customers apart: its text is one customer, whoever of his sends it. A token without it is refused.
   *
   * @default 'sub'
   */
  readonly customerClaim?: string;

  /**
   * The claim that names the customer's plan, by its id. Who has none there, or one that is not sold, is on the default plan. A plan
   * that is bought stays until tokens say something else than before.
   *
   * @default - tokens tell of no plan: customers start on the default plan, and buy others
   */
  readonly planClaim?: string;
}

/** Options of `Identity.cognito`. */
export interface CognitoIdentityOptions extends TokenClaims {
  /**
   * The app clients whose tokens count.
   *
   * @default - all of the pool's
   */
  readonly clients?: IUserPoolClient[];

  /**
   * Which of the pool's tokens count.
   *
   * @default TokenUse.ACCESS
   */
  readonly tokenUse?: TokenUse;
}

/** Options of `Identity.jwt`. */
export interface JwtIdentityOptions extends TokenClaims {
  /** The issuer, to the letter as its tokens name it in `iss`: `https://idp.example.com/`. Plain `http` on the loopback alone. */
  readonly issuer: string;

  /** What the issuer calls this API. A token counts that names one of these in `aud`. */
  readonly audience: string[];

  /**
   * Where the issuer publishes its keys, as a JSON Web Key Set.
   *
   * @default - `/.well-known/jwks.json` below the issuer
   */
  readonly jwksUri?: string;
}

/**
 * By what callers are known. Tokens are JSON Web Tokens, sent as `Authorization: Bearer`, signed by a private key of the issuer's
 * (RS, ES, EdDSA) whose id they name, and with an end (`exp`). Whoever a genuine token names is a customer from his first call on.
 */
export class Identity {
  /**
   * By this paywall's own keys, `pw_live_…` and `pw_test_…`, sent as `x-api-key` or `Authorization: Bearer`. Customers sign up for them,
   * and keep them by the key routes.
   */
  public static apiKeys(options: ApiKeyIdentityOptions = {}): Identity {
    return new Identity(options.imported === true ? ['apiKeys', 'importedKeys'] : ['apiKeys'], 'apiKeys');
  }

  /**
   * By the tokens of an Amazon Cognito user pool.
   *
   * @param userPool the pool
   */
  public static cognito(userPool: IUserPool, options: CognitoIdentityOptions = {}): Identity {
    const { clients, tokenUse = TokenUse.ACCESS } = options;
    if (clients?.length === 0) {
      throw new Error('`Identity.cognito: clients` must hold at least one app client, or be left out, got: []');
    }
    const { userPoolId } = userPool;
    const entry = {
      userPool: userPoolId,
      clients: clients?.map((client) => client.userPoolClientId),
      tokenUse,
      ...claims('Identity.cognito', options),
    };
    // Two of one pool are found, whether it is this app's own or one that exists.
    const isDeployed = Token.isUnresolved(userPoolId);
    const region = isDeployed ? Fn.select(0, Fn.split('_', userPoolId)) : userPoolId.split('_')[0];
    const issuer = `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`;
    const kind = tokenUse === TokenUse.ID ? 'ID token' : 'access token';
    return new Identity([entry], isDeployed ? userPool.node.path : issuer, { kind, issuer }, options.planClaim);
  }

  /** By the tokens of any issuer that publishes its keys. */
  public static jwt(options: JwtIdentityOptions): Identity {
    const { issuer, audience, jwksUri } = options;
    requireIssuer('Identity.jwt: issuer', issuer);
    if (audience.length === 0) {
      throw new Error('`Identity.jwt: audience` must hold at least one name of this API, got: []');
    }
    for (const name of audience) {
      requireText('Identity.jwt: audience', name, 500);
    }
    if (jwksUri !== undefined) {
      requireIssuer('Identity.jwt: jwksUri', jwksUri);
    }
    const entry = { issuer, audience, jwksUri, ...claims('Identity.jwt', options) };
    return new Identity([entry], issuer, { kind: 'token', issuer }, options.planClaim);
  }

  private constructor(
    private readonly entries: readonly IdentityEntry[],
    /**
     * What tells it from others.
     *
     * @internal
     */
    public readonly _issuer: string,
    /**
     * Which tokens are accepted; none where it is by keys.
     *
     * @internal
     */
    public readonly _tokens?: AcceptedTokens,
    /** @internal */
    public readonly _planClaim?: string,
  ) {}

  /**
   * As the handlers read it.
   *
   * @internal
   */
  public _render(): readonly IdentityEntry[] {
    return this.entries;
  }
}

function claims(name: string, { customerClaim, planClaim }: TokenClaims): TokenClaims {
  for (const [prop, claim] of Object.entries({ customerClaim, planClaim })) {
    if (claim !== undefined) {
      requireText(`${name}: ${prop}`, claim, 200);
    }
  }
  return { customerClaim, planClaim };
}
