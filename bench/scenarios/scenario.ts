import type { Engine } from '../engines/engine';
import type { Load, Outcome } from '../simulation/simulate';

export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly of: (outcome: Outcome) => number;
}

/** What the engine that is `measuredBy` the targets is to reach; the value stands in the table beside the figure. */
export interface Target {
  readonly metric: string;
  readonly atMost: number;
}

export interface Variant {
  readonly name: string;
  readonly load: Load;
  readonly targets?: readonly Target[];
}

export interface Scenario {
  readonly title: string;
  /** What is done, in one sentence. */
  readonly description: string;
  readonly metrics: readonly Metric[];
  readonly variants: readonly Variant[];
  /** @default - those that meter calls */
  readonly engines?: readonly Engine[];
  /** The engine that the targets are set for. @default - the paywall's, with leases */
  readonly measuredBy?: string;
}

/** Scales the length of a scenario: 1 for the full run. */
export type Scale = number;
