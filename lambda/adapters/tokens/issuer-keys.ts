import { createPublicKey, type KeyObject } from 'node:crypto';
import { assertIsJwks, findJwkInJwks, type Jwk, type Jwks } from 'aws-jwt-verify/jwk';
import type { Json } from 'aws-jwt-verify/safe-json-parse';
import { IssuerUnavailableError } from '../../domain/identity';

export interface IssuerKeysOptions {
  /** Where the issuer's keys are (a JSON Web Key Set, RFC 7517). */
  readonly uri: string;
  /** Gets what is there, or fails within a time that a caller can wait. */
  readonly fetchJson: (uri: string) => Promise<unknown>;
  readonly milliseconds: () => number;
}

/** Milliseconds after which keys are asked for again: how late one that the issuer withdraws ends to count. */
const MAX_AGE = 3_600_000;
/** Milliseconds for which a key that is not among them is none. So often, at most, strangers make the issuer be asked. */
const UNKNOWN_LIFE = 10_000;
/** Milliseconds in which nobody is made to wait again for an issuer that has just not answered, and none of whose keys is known. */
const FAILURE_LIFE = 2_000;

/**
 * An issuer's public keys, in memory. Those that are known go on counting while the issuer is away; it is asked for one that is not
 * known, seldom, whatever callers make up.
 */
export class IssuerKeys {
  private jwks?: Jwks;
  private fetching?: Promise<void>;
  private fetchedAt = Number.NEGATIVE_INFINITY;
  private failedAt = Number.NEGATIVE_INFINITY;
  /** A key goes with the set that it came in. */
  private readonly keyObjects = new WeakMap<Jwk, KeyObject>();

  constructor(private readonly options: IssuerKeysOptions) {}

  /** Begins to ask for the keys, so that the first caller need not wait for all of it. */
  public open(): void {
    this.fetch().catch(() => undefined);
  }

  /** The key of that id; nothing where the issuer has none. */
  public async find(kid: string): Promise<Jwk | undefined> {
    const known = this.lookUp(kid);
    if (known !== undefined) {
      if (!this.isWithin(MAX_AGE, this.fetchedAt) && !this.isWithin(UNKNOWN_LIFE, this.failedAt)) {
        this.open();
      }
      return known;
    }
    const underWay = this.fetching;
    await underWay?.catch(() => undefined);
    if (this.lookUp(kid) === undefined && !this.isWithin(UNKNOWN_LIFE, this.fetchedAt)) {
      // What was under way before this call may have failed because Lambda had frozen it: that says nothing of the issuer.
      const patience = this.jwks === undefined ? FAILURE_LIFE : UNKNOWN_LIFE;
      if (underWay === undefined && this.isWithin(patience, this.failedAt)) {
        throw new IssuerUnavailableError(`the keys at ${this.options.uri} could not be had just now`);
      }
      await this.fetch();
    }
    return this.lookUp(kid);
  }

  public toKeyObject(jwk: Jwk): KeyObject {
    const known = this.keyObjects.get(jwk) ?? createPublicKey({ key: jwk, format: 'jwk' });
    this.keyObjects.set(jwk, known);
    return known;
  }

  private lookUp(kid: string): Jwk | undefined {
    return this.jwks && findJwkInJwks(this.jwks, kid);
  }

  private fetch(): Promise<void> {
    this.fetching ??= this.fetchOnce().finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  private async fetchOnce(): Promise<void> {
    const { uri, fetchJson, milliseconds } = this.options;
    try {
      const answer = (await fetchJson(uri)) as Json;
      assertIsJwks(answer);
      this.jwks = answer;
      this.fetchedAt = milliseconds();
    } catch (error) {
      this.failedAt = milliseconds();
      const reason = error instanceof Error ? error.message : String(error);
      throw new IssuerUnavailableError(`the keys at ${uri} could not be had: ${reason}`, { cause: error });
    }
  }

  /** By the wall clock, as a steady one may stand still while Lambda has frozen the environment; one that was set back tells nothing. */
  private isWithin(duration: number, since: number): boolean {
    const age = this.options.milliseconds() - since;
    return age >= 0 && age < duration;
  }
}
