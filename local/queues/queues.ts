import { type AwsJsonOperation, startAwsJsonServer } from '../store/aws-json-server';
import type { QueueModel } from '../template/model';
import { type Clock, systemClock } from './clock';
import { invalidParameter, queueDoesNotExist } from './errors';
import { OPERATIONS, type QueueDirectory } from './operations';
import { Queue } from './queue';

export interface QueuesOptions {
  /** @default - a free one */
  readonly port?: number;
  /** @default - the system's */
  readonly clock?: Clock;
}

export interface LocalQueues {
  /** Where SQS is, as in `AWS_ENDPOINT_URL_SQS`; the URLs of queues begin with it. */
  readonly url: string;
  readonly clock: Clock;
  /** After the start: templates are read with the URL, and give the queues. */
  create(models: readonly QueueModel[]): void;
  queue(arn: string): Queue | undefined;
  close(): Promise<void>;
}

/** An SQS endpoint on loopback, in memory only. */
export async function startQueues({ port, clock = systemClock }: QueuesOptions = {}): Promise<LocalQueues> {
  const queues = new Map<string, Queue>();
  let url = '';
  const directory: QueueDirectory = {
    clock,
    get all() {
      return [...queues.values()];
    },
    find(urlOrName) {
      const name = String(urlOrName).split('/').at(-1);
      const found = directory.all.find(({ model }) => model.name === name);
      if (!found) {
        throw queueDoesNotExist();
      }
      return found;
    },
    urlOf: ({ model }) => `${url}/${model.arn.split(':')[4]}/${model.name}`,
  };
  const server = await startAwsJsonServer(
    { targetPrefix: 'AmazonSQS', contentType: 'application/x-amz-json-1.0', operations: operationsOn(directory) },
    port,
  );
  url = server.url;
  return {
    url,
    clock,
    create(models) {
      for (const model of models) {
        const { deadLetterTargetArn = '' } = model.redrivePolicy ?? {};
        queues.set(model.arn, new Queue(model, clock, () => queues.get(deadLetterTargetArn)));
      }
    },
    queue: (arn) => queues.get(arn),
    close: server.close,
  };
}

function operationsOn(directory: QueueDirectory): ReadonlyMap<string, AwsJsonOperation> {
  return new Map(
    Object.entries(OPERATIONS).map(([name, operation]) => [
      name,
      (input, gone) => {
        if (typeof input !== 'object' || input === null) {
          throw invalidParameter('The request is not a JSON object.');
        }
        return operation(directory, input, gone);
      },
    ]),
  );
}
