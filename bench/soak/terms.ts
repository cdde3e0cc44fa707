/** Units that a new customer has, once. */
export const TRIAL = 40;

/** Units of each period of the plan that is paid for. */
export const QUOTA = 150;

/** What can be bought; prices in cents. */
export const PACKS = {
  small: { units: 200, price: 100 },
  large: { units: 20_000, price: 5_000 },
} as const;

export type Pack = keyof typeof PACKS;

export interface Route {
  readonly path: string;
  /** Units that are charged before the call is served. */
  readonly cost: number;
  /** Whether the backend tells what it took in the end. */
  readonly isReported: boolean;
  /** Of so many calls of a mixed round. */
  readonly share: number;
}

/** How the customers call. */
export const ROUTES: readonly Route[] = [
  { path: 'plain', cost: 1, isReported: false, share: 70 },
  { path: 'search', cost: 5, isReported: false, share: 20 },
  { path: 'failing', cost: 3, isReported: false, share: 5 },
  { path: 'chat', cost: 10, isReported: true, share: 5 },
];

export const PLAIN: Route = { path: 'plain', cost: 1, isReported: false, share: 0 };

/** What spends much in few calls. */
export const BULK: Route = { path: 'bulk', cost: 100, isReported: false, share: 0 };
