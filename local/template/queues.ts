import type { AppTemplates } from './app-templates';
import { arnOf, functionArnOf, nameOf } from './attributes';
import type { FunctionCatalogue } from './functions';
import { Unresolvable } from './intrinsics';
import type { EventSourceModel, QueueModel } from './model';
import type { Resource } from './stack';
import { flag, list, number, object, text, textList } from './values';

export function readQueues(app: AppTemplates): QueueModel[] {
  const queues = new Map<string, QueueModel>();
  for (const resource of app.resourcesOf('AWS::SQS::Queue')) {
    resource.attempt(() => {
      const queue = readQueue(resource);
      if (queues.has(queue.name)) {
        return resource.unserved(`it shares its messages with another queue ${queue.name}`);
      }
      queues.set(queue.name, queue);
    });
  }
  const arns = new Set([...queues.values()].map(({ arn }) => arn));
  for (const { path, redrivePolicy } of queues.values()) {
    if (redrivePolicy && !arns.has(redrivePolicy.deadLetterTargetArn)) {
      const reason = `its dead-letter queue ${redrivePolicy.deadLetterTargetArn} is not in this app: messages stay in it`;
      app.report({ path, type: 'AWS::SQS::Queue', reason });
    }
  }
  return [...queues.values()];
}

function readQueue(resource: Resource): QueueModel {
  const seconds = (name: string, byDefault: number) => number(resource.property(name)) ?? byDefault;
  return {
    arn: arnOf(resource),
    name: nameOf(resource),
    path: resource.path,
    fifo: flag(resource.property('FifoQueue')),
    contentBasedDeduplication: flag(resource.property('ContentBasedDeduplication')),
    deduplicationScope: resource.property('DeduplicationScope') === 'messageGroup' ? 'messageGroup' : 'queue',
    delaySeconds: seconds('DelaySeconds', 0),
    visibilityTimeoutSeconds: seconds('VisibilityTimeout', 30),
    messageRetentionPeriodSeconds: seconds('MessageRetentionPeriod', 345_600),
    receiveMessageWaitTimeSeconds: seconds('ReceiveMessageWaitTimeSeconds', 0),
    maximumMessageSizeBytes: number(resource.property('MaximumMessageSize')) ?? 1_048_576,
    redrivePolicy: readRedrivePolicy(resource),
  };
}

function readRedrivePolicy(resource: Resource): QueueModel['redrivePolicy'] {
  const policy = object(resource.property('RedrivePolicy'));
  const deadLetterTargetArn = text(policy.deadLetterTargetArn);
  const maxReceiveCount = number(policy.maxReceiveCount) ?? 10;
  return deadLetterTargetArn === undefined ? undefined : { deadLetterTargetArn, maxReceiveCount };
}

/** The mappings from queues to functions that are enabled. */
export function readEventSources(
  app: AppTemplates,
  queues: readonly QueueModel[],
  functions: FunctionCatalogue,
): EventSourceModel[] {
  const read: EventSourceModel[] = [];
  for (const resource of app.resourcesOf('AWS::Lambda::EventSourceMapping')) {
    const eventSource = resource.attempt(() => readEventSource(resource, queues, functions), 'it is not served');
    if (eventSource) {
      read.push(eventSource);
    }
  }
  return read;
}

function readEventSource(
  resource: Resource,
  queues: readonly QueueModel[],
  functions: FunctionCatalogue,
): EventSourceModel | undefined {
  const enabled = resource.property('Enabled');
  if (enabled !== undefined && !flag(enabled)) {
    return undefined;
  }
  const queueArn = queueArnOf(resource, queues);
  if (list(object(resource.raw('FilterCriteria')).Filters).length > 0) {
    throw new Unresolvable('it has filter criteria, and messages are not filtered locally');
  }
  return {
    path: resource.path,
    queueArn,
    functionArn: functions.servedArn(functionArnOf(resource)),
    batchSize: number(resource.property('BatchSize')) ?? 10,
    maximumBatchingWindowSeconds: number(resource.property('MaximumBatchingWindowInSeconds')) ?? 0,
    reportBatchItemFailures: textList(resource.property('FunctionResponseTypes')).includes('ReportBatchItemFailures'),
    maximumConcurrency: number(object(resource.property('ScalingConfig')).MaximumConcurrency),
  };
}

function queueArnOf(resource: Resource, queues: readonly QueueModel[]): string {
  const arn = text(resource.property('EventSourceArn'));
  const service = arn?.split(':')[2];
  if (service !== 'sqs') {
    throw new Unresolvable(`its source is ${service ?? 'none of AWS'}; SQS queues invoke functions locally`);
  }
  const queue = queues.find((one) => one.arn === arn);
  if (!queue) {
    throw new Unresolvable(`the queue ${arn} is not in this app`);
  }
  return queue.arn;
}
