import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { App } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { openTarget, type Target } from '../../../cli/target';
import { Faults } from '../../../local/faults/faults';
import type { LocalStacks } from '../../../local/local-stacks';
import { Customer } from '../customer';
import { type PaidApi, startPaidApi } from '../paid-api';
import { StripeSide } from '../stripe-side';

/** Milliseconds for what heals by itself, on a machine that is busy. */
const HEALING = 60_000;

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A paid API, with a hand on whatever can go wrong between its functions and what they ask. */
export class BadDay {
  private constructor(
    readonly api: PaidApi,
    readonly faults: Faults,
    readonly stripe: StripeSide,
    /** What an operator asks for with the command-line tool. */
    readonly operator: Target,
    /** What functions have printed, and the local gateway. */
    readonly logged: readonly string[],
  ) {}

  static async begin(define: (app: App) => void): Promise<BadDay> {
    const faults = new Faults();
    const logged: string[] = [];
    const api = await startPaidApi({ faults, log: (line) => logged.push(line) }, define);
    const operator = await openTarget({ local: new URL(api.url).origin });
    return new BadDay(api, faults, new StripeSide(api.server.stripe?.url ?? ''), operator, logged);
  }

  async end(): Promise<void> {
    this.faults.clear();
    await this.api.close();
  }

  caller(apiKey: string): Customer {
    return Customer.withKey(this.api.url, this.stripe, apiKey);
  }

  async customer(...[balance]: Parameters<PaidApi['addCustomer']>) {
    const { customer, apiKey } = await this.api.addCustomer(balance);
    return { customer, caller: this.caller(apiKey) };
  }

  /** Waits until Stripe has delivered all that it has to deliver. */
  async delivered(): Promise<void> {
    await this.api.server.stripe?.idle();
  }

  /** Invokes a function of the app, found by its path, and expects it to come to its end. */
  async invoke(path: RegExp, event: object): Promise<unknown> {
    const { LambdaEndpoint: endpoint } = (await (
      await fetch(new URL('/_local/stacks', this.api.url))
    ).json()) as LocalStacks;
    const client = new LambdaClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
    const { name } = this.api.server.app.functions.find((fn) => path.test(fn.path)) ?? {};
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }),
    );
    client.destroy();
    expect(FunctionError).toBeUndefined();
    return JSON.parse(Buffer.from(Payload ?? []).toString());
  }

  /** What lies in the queue of what a function has given up, of which there is one. */
  async deadLetter(path: RegExp): Promise<object> {
    const { deadLetterQueueArn = '' } = this.api.server.app.functions.find((fn) => path.test(fn.path)) ?? {};
    const client = new SQSClient({
      endpoint: this.api.server.queuesUrl,
      region: 'us-east-1',
      credentials: CREDENTIALS,
    });
    const QueueUrl = `${this.api.server.queuesUrl}/${deadLetterQueueArn.split(':').slice(4).join('/')}`;
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    client.destroy();
    expect(Messages).toHaveLength(1);
    return JSON.parse(Messages[0]?.Body ?? '');
  }

  async ledger(customer: string) {
    const { entries } = await this.operator.operate('ledger', { customer, limit: 100 });
    return entries.map(({ kind, units, state }) => ({ kind, units, state }));
  }

  /** Checkouts of a customer that were gone through with, by their ids. */
  async paidCheckouts(customer: string): Promise<readonly string[]> {
    const paid: string[] = [];
    for await (const { id, metadata, status } of this.stripe.api.checkout.sessions.list({ limit: 100 })) {
      if (metadata?.customer === customer && status === 'complete') {
        paid.push(id);
      }
    }
    return paid;
  }

  /** The statuses of a customer's subscriptions at Stripe. */
  async subscriptions(customer: string): Promise<readonly string[]> {
    const statuses: string[] = [];
    for await (const { metadata, status } of this.stripe.api.subscriptions.list({ status: 'all', limit: 100 })) {
      if (metadata.customer === customer) {
        statuses.push(status);
      }
    }
    return statuses;
  }
}

/** Messages come at once, and again seconds after they have failed; and nothing runs on a schedule. */
export function withoutWaiting(app: App): void {
  for (const node of app.node.findAll()) {
    if (node instanceof CfnQueue) {
      node.delaySeconds = undefined;
      node.visibilityTimeout = 4;
    } else if (node instanceof CfnRule && node.scheduleExpression !== undefined) {
      node.state = 'DISABLED';
    }
  }
}

/** Asks again while the answer is that the other side has failed, as a caller with patience does. */
export async function patiently<Answer extends { readonly status: number }>(
  ask: () => Promise<Answer>,
  attempts = 5,
): Promise<Answer> {
  let answer = await ask();
  for (let attempt = 1; attempt < attempts && answer.status >= 500; attempt++) {
    answer = await ask();
  }
  return answer;
}

/** What is there, once it is as wanted, or healing has taken too long. */
export async function healed<T>(look: () => Promise<T> | T, isWell: (found: T) => boolean): Promise<T> {
  const deadline = Date.now() + HEALING;
  for (;;) {
    const found = await look();
    if (isWell(found) || Date.now() > deadline) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
