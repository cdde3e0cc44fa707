import { quantileOf } from '../simulation/tally';
import type { Answer, Burst } from './deliver';
import { type Purchase, UNITS } from './events';

/** What the table says once every event is answered. */
export interface Books {
  /** The state of each entry of the ledger, by customer and entry. */
  readonly entries: ReadonlyMap<string, string>;
  /** What each customer has bought, as the balance tells it. */
  readonly credits: ReadonlyMap<string, number>;
}

export const entryOf = (customer: string, entry: string) => `${customer} ${entry}`;

/** Milliseconds that Stripe waits for an answer; it publishes none, and what is told is ten seconds to thirty. */
const PATIENCE = 15_000;

export const METRICS = [
  { metric: 'p50', unit: 'ms' },
  { metric: 'p99', unit: 'ms' },
  { metric: 'max', unit: 'ms', atMost: PATIENCE },
  { metric: 'answers a second', unit: '' },
  { metric: 'not taken at first', unit: '', atMost: 0 },
  { metric: 'events lost', unit: '', atMost: 0 },
  { metric: 'units wrong', unit: '', atMost: 0 },
] as const;

/** Whether Stripe takes the event for delivered. */
export function isTaken({ status }: Answer = { status: 0, milliseconds: 0 }): boolean {
  return status >= 200 && status <= 299;
}

/** The metrics of one burst, in their order. */
export function outcomeOf({ answers, milliseconds }: Burst, sold: readonly Purchase[], books: Books): number[] {
  const times = answers.map((answer) => answer.milliseconds);
  const refused = answers.filter((answer) => !isTaken(answer)).length;
  return [
    quantileOf(times, 0.5),
    quantileOf(times, 0.99),
    Math.max(...times),
    (1_000 * answers.length) / milliseconds,
    refused,
    lost(sold, books),
    wrongUnits(sold, books),
  ];
}

/** Purchases that the ledger does not have as done. */
function lost(sold: readonly Purchase[], { entries }: Books): number {
  const isThere = ({ customer, event }: Purchase) => {
    const { id } = event.data.object as { readonly id: string };
    return entries.get(entryOf(customer, `checkout_session#${id}`)) === 'applied';
  };
  return sold.filter((purchase) => !isThere(purchase)).length;
}

/** Units that customers have too few or too many, whether or not the one makes up for the other. */
function wrongUnits(sold: readonly Purchase[], { credits }: Books): number {
  const bought = new Map<string, number>();
  for (const { customer } of sold) {
    bought.set(customer, (bought.get(customer) ?? 0) + UNITS);
  }
  return [...bought].reduce((sum, [customer, units]) => sum + Math.abs(units - (credits.get(customer) ?? 0)), 0);
}
