import { Duration, type Stack } from 'aws-cdk-lib';
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import {
  CfnEventSourceMapping,
  Code,
  FilterCriteria,
  FilterRule,
  Function as LambdaFunction,
  Runtime,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import {
  DynamoEventSource,
  type DynamoEventSourceProps,
  SnsDlq,
  SqsDlq,
  SqsEventSource,
} from 'aws-cdk-lib/aws-lambda-event-sources';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CfnQueue, DeduplicationScope, FifoThroughputLimit, Queue } from 'aws-cdk-lib/aws-sqs';
import { environmentOf, inlineFunction, modelOf, removeTemporaryFolders } from './synthesized';

afterAll(removeTemporaryFolders);

const unserved = (build: (stack: Stack) => void) => modelOf(build).unserved.map(({ path, reason }) => [path, reason]);

describe('queues', () => {
  test('have the defaults of SQS', () => {
    const { queues, unserved: left } = modelOf((stack) => {
      new Queue(stack, 'Queue');
    });

    expect(left).toEqual([]);
    expect(queues).toEqual([
      {
        arn: 'arn:aws:sqs:us-east-1:000000000000:Stack-Queue4A7E3555',
        name: 'Stack-Queue4A7E3555',
        path: 'Stack/Queue',
        fifo: false,
        contentBasedDeduplication: false,
        deduplicationScope: 'queue',
        delaySeconds: 0,
        visibilityTimeoutSeconds: 30,
        messageRetentionPeriodSeconds: 345_600,
        receiveMessageWaitTimeSeconds: 0,
        maximumMessageSizeBytes: 1_048_576,
        redrivePolicy: undefined,
      },
    ]);
  });

  test('have what the template says', () => {
    const { queues } = modelOf((stack) => {
      const dead = new Queue(stack, 'Dead', { queueName: 'dead.fifo', fifo: true });
      new Queue(stack, 'Queue', {
        queueName: 'orders.fifo',
        fifo: true,
        contentBasedDeduplication: true,
        deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
        fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
        deliveryDelay: Duration.seconds(1),
        visibilityTimeout: Duration.seconds(2),
        retentionPeriod: Duration.minutes(3),
        receiveMessageWaitTime: Duration.seconds(4),
        maxMessageSizeBytes: 5_000,
        deadLetterQueue: { queue: dead, maxReceiveCount: 6 },
      });
    });

    expect(queues[1]).toMatchObject({
      name: 'orders.fifo',
      fifo: true,
      contentBasedDeduplication: true,
      deduplicationScope: 'messageGroup',
      delaySeconds: 1,
      visibilityTimeoutSeconds: 2,
      messageRetentionPeriodSeconds: 180,
      receiveMessageWaitTimeSeconds: 4,
      maximumMessageSizeBytes: 5_000,
      redrivePolicy: { deadLetterTargetArn: queues[0]?.arn, maxReceiveCount: 6 },
    });
  });

  test('are known to functions by URL, name and ARN', () => {
    const build = (stack: Stack) => {
      const { queueUrl, queueName, queueArn } = new Queue(stack, 'Queue', { fifo: true });
      inlineFunction(stack, 'Fn', { URL: queueUrl, NAME: queueName, ARN: queueArn });
    };

    const name = 'Stack-Queue4A7E3555.fifo';
    expect(environmentOf(modelOf(build, { sqsUrl: 'http://127.0.0.1:1' }))).toEqual({
      URL: `http://127.0.0.1:1/000000000000/${name}`,
      NAME: name,
      ARN: `arn:aws:sqs:us-east-1:000000000000:${name}`,
    });
    expect(environmentOf(modelOf(build)).URL).toBe(`https://sqs.us-east-1.amazonaws.com/000000000000/${name}`);
  });

  test('whose dead-letter queue belongs to another app are named', () => {
    const found = unserved((stack) => {
      const foreign = Queue.fromQueueArn(stack, 'Foreign', 'arn:aws:sqs:us-east-1:123456789012:foreign');
      new Queue(stack, 'Queue', { deadLetterQueue: { queue: foreign, maxReceiveCount: 1 } });
    });

    expect(found).toEqual([
      ['Stack/Queue', expect.stringContaining(':foreign is not in this app: messages stay in it')],
    ]);
  });

  test('of one name are one queue', () => {
    const build = (stack: Stack) => {
      new CfnQueue(stack, 'One', { queueName: 'same' });
      new CfnQueue(stack, 'Two', { queueName: 'same' });
    };

    expect(modelOf(build).queues).toHaveLength(1);
    expect(unserved(build)).toEqual([['Stack/Two', 'it shares its messages with another queue same']]);
  });
});

function streamSource(stack: Stack, props: Partial<DynamoEventSourceProps> = {}) {
  const table = new Table(stack, 'Table', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    stream: StreamViewType.NEW_IMAGE,
  });
  return new DynamoEventSource(table, { startingPosition: StartingPosition.LATEST, ...props });
}

describe('streams', () => {
  test('invoke functions with the defaults of Lambda', () => {
    const { streamSources, eventSources, tables, functions } = modelOf((stack) => {
      inlineFunction(stack, 'Fn').addEventSource(streamSource(stack));
    });

    expect(eventSources).toEqual([]);
    expect(streamSources).toEqual([
      {
        path: 'Stack/Fn/DynamoDBEventSource:StackTable706B9215',
        stream: tables[0]?.stream,
        functionArn: functions[0]?.arn,
        batchSize: 100,
        maximumBatchingWindowSeconds: 0,
        filters: [],
        reportBatchItemFailures: false,
        bisectBatchOnFunctionError: false,
        maximumRetryAttempts: undefined,
        maximumRecordAgeSeconds: undefined,
        onFailureQueueArn: undefined,
      },
    ]);
    expect(streamSources[0]?.stream.viewType).toBe('NEW_IMAGE');
  });

  test('have what the template says', () => {
    const {
      streamSources,
      queues,
      unserved: left,
    } = modelOf((stack) => {
      const source = streamSource(stack, {
        batchSize: 1_000,
        maxBatchingWindow: Duration.seconds(5),
        filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('MODIFY') })],
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        retryAttempts: 3,
        maxRecordAge: Duration.hours(1),
        onFailure: new SqsDlq(new Queue(stack, 'Dead')),
      });
      inlineFunction(stack, 'Fn').addEventSource(source);
    });

    expect(left).toEqual([]);
    expect(streamSources).toMatchObject([
      {
        batchSize: 1_000,
        maximumBatchingWindowSeconds: 5,
        filters: [{ eventName: ['MODIFY'] }],
        reportBatchItemFailures: true,
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: 3,
        maximumRecordAgeSeconds: 3_600,
        onFailureQueueArn: queues[0]?.arn,
      },
    ]);
  });

  test('whose failures go to a topic are served, and that is named', () => {
    const model = modelOf((stack) => {
      const topic = Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:000000000000:topic');
      inlineFunction(stack, 'Fn').addEventSource(streamSource(stack, { onFailure: new SnsDlq(topic) }));
    });

    expect(model.streamSources).toHaveLength(1);
    expect(model.unserved.map(({ reason }) => reason)).toEqual([
      'what fails is not told: its destination arn:aws:sns:us-east-1:000000000000:topic is no queue of this app',
    ]);
  });
});

describe('event sources', () => {
  test('have the defaults of Lambda', () => {
    const { eventSources, queues, functions } = modelOf((stack) => {
      inlineFunction(stack, 'Fn').addEventSource(new SqsEventSource(new Queue(stack, 'Queue')));
    });

    expect(eventSources).toEqual([
      {
        path: 'Stack/Fn/SqsEventSource:StackQueue1DEA7C94',
        queueArn: queues[0]?.arn,
        functionArn: functions[0]?.arn,
        batchSize: 10,
        maximumBatchingWindowSeconds: 0,
        reportBatchItemFailures: false,
        maximumConcurrency: undefined,
      },
    ]);
  });

  test('have what the template says, and may name an alias', () => {
    const { eventSources, functions } = modelOf((stack) => {
      inlineFunction(stack, 'Fn')
        .addAlias('live')
        .addEventSource(
          new SqsEventSource(new Queue(stack, 'Queue'), {
            batchSize: 100,
            maxBatchingWindow: Duration.seconds(5),
            reportBatchItemFailures: true,
            maxConcurrency: 3,
          }),
        );
    });

    expect(eventSources).toMatchObject([
      {
        functionArn: `${functions[0]?.arn}:live`,
        batchSize: 100,
        maximumBatchingWindowSeconds: 5,
        reportBatchItemFailures: true,
        maximumConcurrency: 3,
      },
    ]);
  });

  test('that are disabled invoke nothing, and are not named', () => {
    const model = modelOf((stack) => {
      inlineFunction(stack, 'Fn').addEventSource(new SqsEventSource(new Queue(stack, 'Queue'), { enabled: false }));
    });

    expect(model).toMatchObject({ eventSources: [], unserved: [] });
  });

  test.each([
    [
      'of a stream of another app',
      (stack: Stack) => {
        const tableStreamArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/Foreign/stream/now';
        const table = Table.fromTableAttributes(stack, 'Foreign', { tableName: 'Foreign', tableStreamArn });
        const source = new DynamoEventSource(table, { startingPosition: StartingPosition.LATEST });
        inlineFunction(stack, 'Fn').addEventSource(source);
      },
      'it is not served: the stream arn:aws:dynamodb:us-east-1:123456789012:table/Foreign/stream/now is not of a table of this app',
    ],
    [
      'with a tumbling window',
      (stack: Stack) => {
        const source = streamSource(stack, { tumblingWindow: Duration.seconds(10) });
        inlineFunction(stack, 'Fn').addEventSource(source);
      },
      'it is not served: it has a tumbling window, and records are not aggregated locally',
    ],
    [
      'with a filter of a form that is not served',
      (stack: Stack) => {
        const filters = [{ pattern: JSON.stringify({ eventName: [{ cidr: '::/0' }] }) }];
        inlineFunction(stack, 'Fn').addEventSource(streamSource(stack, { filters }));
      },
      'it is not served: its filter has {"cidr":"::/0"} for eventName, which is not served',
    ],
    [
      'of another app',
      (stack: Stack) => {
        const queue = Queue.fromQueueArn(stack, 'Foreign', 'arn:aws:sqs:us-east-1:123456789012:foreign');
        inlineFunction(stack, 'Fn').addEventSource(new SqsEventSource(queue));
      },
      'it is not served: the queue arn:aws:sqs:us-east-1:123456789012:foreign is not in this app',
    ],
    [
      'of a cluster',
      (stack: Stack) => {
        new CfnEventSourceMapping(stack, 'Kafka', { functionName: inlineFunction(stack, 'Fn').functionName });
      },
      'it is not served: its source is none of AWS; SQS queues and DynamoDB streams invoke functions locally',
    ],
    [
      'with filters',
      (stack: Stack) => {
        const filters = [FilterCriteria.filter({ body: { kind: FilterRule.isEqual('new') } })];
        inlineFunction(stack, 'Fn').addEventSource(new SqsEventSource(new Queue(stack, 'Queue'), { filters }));
      },
      'it is not served: it has filter criteria, and messages are not filtered locally',
    ],
  ] as [string, (stack: Stack) => void, string][])('%s are named', (_, build, reason) => {
    expect(modelOf(build).eventSources).toEqual([]);
    expect(unserved(build)).toEqual([[expect.any(String), reason]]);
  });

  test('of a function in another language are named, with the function', () => {
    const found = unserved((stack) => {
      const code = Code.fromInline('x');
      const python = new LambdaFunction(stack, 'Python', { runtime: Runtime.PYTHON_3_13, handler: 'a.b', code });
      python.addEventSource(new SqsEventSource(new Queue(stack, 'Queue')));
    });

    expect(found.map(([path]) => path)).toEqual(['Stack/Python', 'Stack/Python/SqsEventSource:StackQueue1DEA7C94']);
    expect(found[1]?.[1]).toMatch(/^it is not served: the function Stack\/Python does not run locally/);
  });
});
