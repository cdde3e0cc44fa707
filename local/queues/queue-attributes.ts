import { sqsError } from './errors';
import type { Queue } from './queue';

/** Attributes that SQS knows and that say nothing of a local queue. */
const UNSET = ['KmsDataKeyReusePeriodSeconds', 'KmsMasterKeyId', 'Policy', 'RedriveAllowPolicy'];
const FIFO_ONLY = ['ContentBasedDeduplication', 'DeduplicationScope', 'FifoQueue', 'FifoThroughputLimit'];

/** What GetQueueAttributes answers: nothing but what is asked for. */
export function queueAttributes(queue: Queue, asked: unknown): object {
  const names = Array.isArray(asked) ? asked.map(String) : [];
  const attributes = attributesOf(queue);
  for (const name of names) {
    if (name !== 'All' && !(name in attributes) && ![...UNSET, ...FIFO_ONLY, 'RedrivePolicy'].includes(name)) {
      throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
  }
  const found = Object.entries(attributes).filter(([name]) => names.includes('All') || names.includes(name));
  return found.length > 0 ? { Attributes: Object.fromEntries(found) } : {};
}

function attributesOf(queue: Queue): Record<string, string> {
  const { model } = queue;
  const { visible, notVisible, delayed } = queue.counts();
  const created = String(Math.floor(queue.created / 1000));
  return {
    QueueArn: model.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(notVisible),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: created,
    LastModifiedTimestamp: created,
    DelaySeconds: String(model.delaySeconds),
    MaximumMessageSize: String(model.maximumMessageSizeBytes),
    MessageRetentionPeriod: String(model.messageRetentionPeriodSeconds),
    ReceiveMessageWaitTimeSeconds: String(model.receiveMessageWaitTimeSeconds),
    VisibilityTimeout: String(model.visibilityTimeoutSeconds),
    SqsManagedSseEnabled: 'true',
    ...(model.redrivePolicy && { RedrivePolicy: JSON.stringify(model.redrivePolicy) }),
    ...(model.fifo && {
      FifoQueue: 'true',
      ContentBasedDeduplication: String(model.contentBasedDeduplication),
      DeduplicationScope: model.deduplicationScope,
      FifoThroughputLimit: model.deduplicationScope === 'messageGroup' ? 'perMessageGroupId' : 'perQueue',
    }),
  };
}
