import type {
  DynamoDBClient,
  GetItemCommandInput,
  GetItemCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Clawback, Grant } from '../../lambda/domain/ledger';
import type { RetryPolicy } from '../simulation/client';
import type { Random } from '../simulation/random';
import type { SdkItem } from '../simulation/wire';

export type Verdict = 'granted' | 'refused' | 'failed';

/** A client of DynamoDB's: the simulated one, or the SDK's. */
export interface EngineClient {
  /** As the adapters take it. */
  readonly sdk: DynamoDBClient;
  updateItem(input: UpdateItemCommandInput): Promise<UpdateItemCommandOutput>;
  getItem(input: GetItemCommandInput): Promise<GetItemCommandOutput>;
}

/** What an execution environment gives to the engine that runs in it. */
export interface Site {
  readonly client: EngineClient;
  readonly milliseconds: () => number;
  readonly random: Random;
}

/** An engine as it runs in one execution environment. */
export interface Decider {
  decide(customer: string): Promise<Verdict>;
  /** Units that this environment took and has granted to nobody; none for an engine that holds nothing. */
  held?(): number;
}

/** An event of Stripe's that brings money in or takes it back, as the function of payments gets it. */
export interface Payment {
  readonly event: string;
  readonly customer: string;
  readonly entry: Grant | Clawback;
}

/** What that function works with. */
export interface Desk extends Pick<Site, 'client' | 'milliseconds'> {
  /** Waits for so many milliseconds at most. */
  readonly pause: (most: number) => Promise<unknown>;
}

/** A way to meter calls, under test. Every call costs one unit. */
export interface Engine {
  readonly name: string;
  readonly retries: RetryPolicy;
  readonly table: string;
  /** The key of the one item that holds a customer's units. */
  keyOf(customer: string): SdkItem;
  /** That item's other attributes, where so many units are left. */
  opening(units: number): SdkItem;
  /** What the item says is left. */
  remaining(item: SdkItem | undefined): number;
  open(site: Site): Decider;
  /** Carries a payment out, to its end; what is thrown has Stripe send it again. @default - payments are left out */
  pay?(desk: Desk, payment: Payment): Promise<void>;
}
