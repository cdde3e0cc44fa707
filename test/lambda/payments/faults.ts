import {
  type DynamoDBClient,
  ProvisionedThroughputExceededException,
  ThrottlingException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import Stripe from 'stripe';
import type { PaymentDependencies } from '../../../lambda/payments/dependencies';

type Service = 'DynamoDB' | 'Stripe' | 'SQS';

/** A call that a run makes. */
export interface Call {
  readonly service: Service;
  readonly operation: string;
  readonly writes: boolean;
}

/** What can go wrong with a call. */
export interface Fault {
  readonly name: string;
  /** Whether what was asked for is done all the same. */
  readonly isDone: boolean;
  /** Whether nothing comes after it: the process has ended. */
  readonly isLast: boolean;
  /** Nothing where it cannot befall that call. */
  readonly errorOf: (call: Call) => Error | undefined;
}

const MESSAGE = { message: 'it was not to be', $metadata: {} };

function named(name: string): Error {
  return Object.assign(new Error('it was not to be'), { name });
}

/** As the SDKs throw them, when they have tried again often enough. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'throughput',
    isDone: false,
    isLast: false,
    errorOf: ({ service }) =>
      ({
        DynamoDB: new ProvisionedThroughputExceededException(MESSAGE),
        Stripe: Stripe.errors.generateV1Error({ type: 'api_error', message: 'An error occurred.' }),
        SQS: named('RequestThrottled'),
      })[service],
  },
  {
    name: 'throttled',
    isDone: false,
    isLast: false,
    errorOf: ({ service }) =>
      ({
        DynamoDB: new ThrottlingException(MESSAGE),
        Stripe: Stripe.errors.generateV1Error({ type: 'rate_limit_error', message: 'Too many requests.' }),
        SQS: named('ThrottlingException'),
      })[service],
  },
  { name: 'timed out', isDone: false, isLast: false, errorOf: () => named('TimeoutError') },
  {
    name: 'answer lost',
    isDone: true,
    isLast: false,
    errorOf: ({ writes }) => (writes ? named('TimeoutError') : undefined),
  },
  {
    name: 'conflict',
    isDone: false,
    isLast: false,
    errorOf: ({ service, writes }) =>
      service === 'DynamoDB' && writes ? new TransactionConflictException(MESSAGE) : undefined,
  },
  {
    name: 'transaction cancelled',
    isDone: false,
    isLast: false,
    errorOf: ({ service }) =>
      service === 'DynamoDB'
        ? new TransactionCanceledException({ ...MESSAGE, CancellationReasons: [{ Code: 'TransactionConflict' }] })
        : undefined,
  },
  { name: 'ended after', isDone: true, isLast: true, errorOf: () => new Error('the process has ended') },
];

/** Counts the calls of a run, and has one of them go wrong. */
export class FaultyCalls {
  public readonly calls: Call[] = [];
  private hasEnded = false;

  constructor(private readonly wrong?: { readonly at: number; readonly fault: Fault }) {}

  /** The same dependencies, whose calls are counted, over a store that is made of such a client. */
  public over(
    dependencies: PaymentDependencies,
    client: DynamoDBClient,
    storeOf: (client: DynamoDBClient) => PaymentDependencies['store'],
  ): PaymentDependencies {
    const { subscriptions, charges, arrivals } = dependencies;
    const send = (command: Parameters<DynamoDBClient['send']>[0]) => {
      const operation = command.constructor.name.replace(/Command$/, '');
      const call = { service: 'DynamoDB', operation, writes: operation !== 'GetItem' } as const;
      return this.run(call, () => client.send(command));
    };
    const stripe = <A extends unknown[], R>(operation: string, writes: boolean, call: (...args: A) => Promise<R>) =>
      this.counted('Stripe', operation, writes, call);
    return {
      ...dependencies,
      store: storeOf({ send } as unknown as DynamoDBClient),
      subscriptions: {
        retrieve: stripe('subscriptions.retrieve', false, subscriptions.retrieve.bind(subscriptions)),
        cancel: stripe('subscriptions.cancel', true, subscriptions.cancel.bind(subscriptions)),
      },
      charges: {
        pack: stripe('charges.retrieve', false, charges.pack.bind(charges)),
        refunds: stripe('refunds.list', false, charges.refunds.bind(charges)),
        dispute: stripe('disputes.retrieve', false, charges.dispute.bind(charges)),
      },
      arrivals: arrivals && { send: this.counted('SQS', 'SendMessage', true, arrivals.send.bind(arrivals)) },
    };
  }

  private counted<A extends unknown[], R>(
    service: Service,
    operation: string,
    writes: boolean,
    call: (...args: A) => Promise<R>,
  ) {
    return (...args: A): Promise<R> => this.run({ service, operation, writes }, () => call(...args));
  }

  private async run<R>(call: Call, perform: () => Promise<R>): Promise<R> {
    this.calls.push(call);
    if (this.hasEnded) {
      throw new Error('the process has ended');
    }
    const { at, fault } = this.wrong ?? {};
    const error = at === this.calls.length ? fault?.errorOf(call) : undefined;
    if (error === undefined) {
      return perform();
    }
    this.hasEnded = fault?.isLast === true;
    if (fault?.isDone) {
      await perform();
    }
    throw error;
  }
}
