import type { BillingEntry, Catalogue } from '../../lib/private/catalogue';
import type { PageApiEntry } from '../../lib/private/page-entry';
import type { Offers } from '../customer/offers';
import type { Usage } from '../customer/usage';
import type { Recommendation } from '../domain/recommendation';
import type { Brand } from './layout';

export interface Notice {
  readonly tone: 'good' | 'bad';
  readonly text: string;
}

/** Units of a day in UTC, and of which routes. */
export interface UsageDay {
  /** `2026-11-24` */
  readonly date: string;
  readonly units: number;
  readonly routes: Readonly<Record<string, number>>;
}

/** As `GET keys` lists it. */
export interface ShownKey {
  readonly id: string;
  readonly name: string;
  /** ISO 8601, as the others. */
  readonly createdAt: string | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly active: boolean;
  /** Whether the session is its. */
  readonly calling: boolean;
}

/** What the API has answered to whoever tried it. */
export interface Tried {
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly truncated: boolean;
}

/** What the page shows whoever is signed in. */
export interface AccountView {
  /** What the session's forms carry. */
  readonly token: string;
  readonly usage: Usage & { readonly history?: readonly UsageDay[] };
  /** Whether the time of grace is over. */
  readonly isRefused: boolean;
  readonly keys: readonly ShownKey[];
  readonly recommendation?: Recommendation;
  /** Shown this once. */
  readonly newKey?: string;
  readonly hasBought: boolean;
  readonly tried?: Tried;
}

/** All that the page is made of. */
export interface PageView {
  readonly brand: Brand;
  readonly api: Pick<PageApiEntry, 'tryable'>;
  /** Where the page's forms go. */
  readonly action: string;
  /** The API's public URL, without a slash at its end. */
  readonly baseUrl: string;
  readonly catalogue: Catalogue;
  readonly offers: Offers;
  readonly billing: Pick<BillingEntry, 'signUp' | 'rotationOverlap'>;
  /** Made anew for each page: of the forms that carry it there comes one checkout, however often they are sent. */
  readonly once: string;
  readonly notice?: Notice;
  /** What is wrong with the key that was typed in. */
  readonly signInFault?: string;
  /** Absent where nobody is signed in. */
  readonly account?: AccountView;
  /** What was typed in as a path. */
  readonly path?: string;
}
