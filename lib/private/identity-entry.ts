/**
 * One way by which callers are known, as the handlers read it: our own keys, those that were made elsewhere, and the tokens of
 * somebody.
 */
export type IdentityEntry = 'apiKeys' | 'importedKeys' | TokenEntry;

/** Whose tokens count. */
export type TokenEntry = CognitoEntry | IssuerEntry;

export interface CognitoEntry extends ClaimNames {
  /** The id of the user pool. */
  readonly userPool: string;
  /** The ids of the app clients whose tokens count; any of the pool's where it is absent. */
  readonly clients?: readonly string[];
  readonly tokenUse: 'access' | 'id';
}

export interface IssuerEntry extends ClaimNames {
  /** As tokens name it, to the letter. */
  readonly issuer: string;
  /** One of these is named by each token that counts. */
  readonly audience: readonly string[];
  /** Where the issuer's public keys are; where most issuers have them, if it is absent. */
  readonly jwksUri?: string;
}

interface ClaimNames {
  /** The claim that tells customers apart; `sub` where it is absent. */
  readonly customerClaim?: string;
  /** The claim that names the plan; tokens tell of no plan where it is absent. */
  readonly planClaim?: string;
}
