import type { RetryPolicy, SimulatedClient } from '../simulation/client';
import type { SimulatedDynamoDb } from '../simulation/dynamodb';
import type { Random } from '../simulation/random';

export type Verdict = 'granted' | 'refused' | 'failed';

/** What an execution environment gives to the engine that runs in it. */
export interface Site {
  readonly client: SimulatedClient;
  readonly milliseconds: () => number;
  readonly random: Random;
}

/** An engine as it runs in one execution environment. */
export interface Decider {
  decide(customer: string): Promise<Verdict>;
  /** Units that this environment took and has granted to nobody; none for an engine that holds nothing. */
  held?(): number;
}

/** A way to meter calls, under test. Every call costs one unit. */
export interface Engine {
  readonly name: string;
  readonly retries: RetryPolicy;
  /** Gives a customer so many units, before the run. */
  credit(dynamoDb: SimulatedDynamoDb, customer: string, units: number): void;
  /** What the store says is left. */
  remaining(dynamoDb: SimulatedDynamoDb, customer: string): number;
  open(site: Site): Decider;
}
