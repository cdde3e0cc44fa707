import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { type CfnSecret, type ISecret, Secret, type SecretProps } from 'aws-cdk-lib/aws-secretsmanager';
import { type CfnQueue, type IQueue, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IConstruct } from 'constructs';
import { logRetention } from './handler-settings';

/** A name in the context of a construct, which all that is made in it inherit. */
const CONTEXT = 'cdk-paywall:encryption-key';

/** Sets what queues, log groups and secrets are encrypted with that will be made in a construct, where it is a key of the operator's. */
export function encryptBelow(scope: IConstruct, key: IKey | undefined): void {
  if (key !== undefined) {
    scope.node.setContext(CONTEXT, key);
  }
}

/** The operator's key for what is at this place; none where AWS's own are used. */
export function encryptionKeyOf(scope: IConstruct): IKey | undefined {
  return scope.node.tryGetContext(CONTEXT);
}

/** A queue, encrypted, for TLS alone, that keeps messages as long as SQS can. */
export function encryptedQueue(scope: Construct, id: string, props: QueueProps = {}): Queue {
  const key = encryptionKeyOf(scope);
  const queue = new Queue(scope, id, {
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    ...props,
    ...(key === undefined && { encryption: QueueEncryption.SQS_MANAGED }),
  });
  if (key !== undefined) {
    // Not by the construct's own property, whose grants give more of the key than is needed.
    (queue.node.defaultChild as CfnQueue).kmsMasterKeyId = key.keyArn;
  }
  return queue;
}

/** Lets a function do something with a queue, and with the key that it takes. */
export function allowOnQueue(queue: IQueue, grantee: IGrantable, ...actions: string[]): void {
  queue.grant(grantee, ...actions);
  if (actions.includes('sqs:SendMessage')) {
    allowKeyToSend(queue, grantee);
  } else if (actions.includes('sqs:ReceiveMessage')) {
    allowKeyToReceive(queue, grantee);
  }
}

/** The key alone, for who is let send to the queue otherwise. */
export function allowKeyToSend(queue: IQueue, grantee: IGrantable): void {
  allowKey('sqs', queue, grantee, ['kms:GenerateDataKey', 'kms:Decrypt']);
}

/** The key alone, for who is let receive from the queue otherwise. */
export function allowKeyToReceive(queue: IQueue, grantee: IGrantable): void {
  allowKey('sqs', queue, grantee, ['kms:Decrypt']);
}

/** Lets the account's rules of EventBridge send to the queue, as far as that takes the key. */
export function allowKeyToRules(queue: IQueue): void {
  // A rule's ARN would lead back to the stack from the key, which may be in another one.
  encryptionKeyOf(queue)?.addToResourcePolicy(
    new PolicyStatement({
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
      principals: [new ServicePrincipal('events.amazonaws.com')],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(queue).account } },
    }),
  );
}

/** A log group that forgets after the paywall's time for that, and goes with its stack. */
export function encryptedLogGroup(scope: Construct, id: string): LogGroup {
  const encryptionKey = encryptionKeyOf(scope);
  const { partition, region, account } = Stack.of(scope);
  // By the account's log groups, and not by this one's name, which is known only when it has the key.
  encryptionKey?.addToResourcePolicy(
    new PolicyStatement({
      actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      resources: ['*'],
      conditions: {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
      },
    }),
  );
  return new LogGroup(scope, id, {
    retention: logRetention(scope),
    removalPolicy: RemovalPolicy.DESTROY,
    encryptionKey,
  });
}

/** A secret that the paywall makes. */
export function encryptedSecret(scope: Construct, id: string, props: SecretProps): Secret {
  const key = encryptionKeyOf(scope);
  const secret = new Secret(scope, id, props);
  if (key !== undefined) {
    // As with a queue; the construct's own grants would also lead from the key, which may be in another stack, back to the roles of this one.
    (secret.node.defaultChild as CfnSecret).kmsKeyId = key.keyArn;
  }
  return secret;
}

/** The key alone, for who is let read a secret that was made here. */
export function allowKeyToRead(secret: ISecret, grantee: IGrantable): void {
  allowKey('secretsmanager', secret, grantee, ['kms:Decrypt']);
}

/** The key alone, for who is let write a secret that was made here. */
export function allowKeyToWrite(secret: ISecret, grantee: IGrantable): void {
  allowKey('secretsmanager', secret, grantee, ['kms:GenerateDataKey', 'kms:Decrypt']);
}

/** The use of the key by way of a service, and in no other way. */
function allowKey(service: string, used: IConstruct, grantee: IGrantable, actions: string[]): void {
  const key = encryptionKeyOf(used);
  if (key !== undefined) {
    Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `${service}.${Stack.of(used).region}.amazonaws.com` } },
    });
  }
}
