import { hashApiKey } from './api-key';
import { BoundedMap } from './bounded-map';
import type { KeyCredential } from './charge';
import type { Clock, EpochSeconds } from './clock';
import type { Identity } from './identity';

/** Whose a key is, and what it is called on the customer's balance. */
export interface KeyOwner {
  readonly customer: string;
  readonly keyId: string;
}

/** Where the owners of keys are found that were made elsewhere, and do not name their customer. */
export interface KeyDirectory {
  find(hash: Uint8Array): Promise<KeyOwner | undefined>;
}

/** As API Gateway takes the values of its own keys; what begins as our own is none, and costs no look-up. https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html */
const IMPORTED_KEY = /^(?!pw_(?:live|test)_)[\x21-\x7e]{20,128}$/;

/** Whether a text can be a key that was made elsewhere. */
export function isImportable(text: string): boolean {
  return IMPORTED_KEY.test(text);
}

/** Seconds for which a key that nobody has is refused without asking again: as long as one that was just imported may take. */
const UNKNOWN_LIFE = 10;

/** Keys that are remembered, known and unknown ones each. */
const MAX_REMEMBERED = 10_000;

/**
 * Finds the owner of a key by one look-up, and remembers it: what a key opens is decided by the balance at every call, so that an
 * owner who is remembered lets nobody in who was revoked.
 */
export class ImportedKeys {
  private readonly owners = new BoundedMap<KeyOwner>(MAX_REMEMBERED);
  private readonly unknown = new BoundedMap<EpochSeconds>(MAX_REMEMBERED);

  constructor(private readonly directory: KeyDirectory) {}

  public async find(
    hash: Uint8Array,
    now: EpochSeconds,
  ): Promise<{ readonly customer: string; readonly credential: KeyCredential } | undefined> {
    const name = Buffer.from(hash).toString('base64url');
    const refusedUntil = this.unknown.get(name) ?? 0;
    const owner = this.owners.get(name) ?? (now < refusedUntil ? undefined : await this.directory.find(hash));
    if (owner === undefined) {
      this.unknown.set(name, now < refusedUntil ? refusedUntil : now + UNKNOWN_LIFE);
      return undefined;
    }
    this.owners.set(name, owner);
    return { customer: owner.customer, credential: { keyId: owner.keyId, keyHash: hash } };
  }
}

/** Keys that were made elsewhere as an identity. API Gateway takes its keys from `x-api-key` alone, and so does this. */
export function importedIdentity(directory: KeyDirectory, clock: Clock): Identity {
  const keys = new ImportedKeys(directory);
  return {
    recognise: ({ apiKey, bearer }) =>
      apiKey === undefined || apiKey === bearer || !isImportable(apiKey)
        ? undefined
        : keys.find(hashApiKey(apiKey), clock()),
  };
}
