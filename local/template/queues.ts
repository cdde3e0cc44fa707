import type { AppTemplates } from './app-templates';
import { arnOf, nameOf } from './attributes';
import type { QueueModel } from './model';
import type { Resource } from './stack';
import { flag, number, object, text } from './values';

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
