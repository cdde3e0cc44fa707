import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { asking, type Finding, failure, ok, warning } from './finding';

const TTL = 'expiresAt';

/** How the table is set, asked with the operator's own credentials. */
export async function checkTable(
  client: Pick<DynamoDBClient, 'send'>,
  table: string,
  template: (() => Promise<string | undefined>) | undefined,
): Promise<Finding[]> {
  let described: TableDescription | undefined;
  const state = await asking('table.state', 'dynamodb:DescribeTable', async () => {
    described = (await client.send(new DescribeTableCommand({ TableName: table }))).Table;
    return judgeState(described);
  });
  return [
    state,
    ...(described === undefined ? [] : [judgeBilling(described), judgeEncryption(described)]),
    await asking('table.ttl', 'dynamodb:DescribeTimeToLive', () => timeToLive(client, table)),
    await asking('table.recovery', 'dynamodb:DescribeContinuousBackups', () => recovery(client, table)),
    described?.DeletionProtectionEnabled === true
      ? ok('table.deletion', 'protected')
      : await asking('table.deletion', 'cloudformation:GetTemplate', () => deletion(template)),
  ];
}

function judgeState(table: TableDescription | undefined): Finding {
  const [check, status] = ['table.state', table?.TableStatus ?? 'unknown'];
  if (status === 'INACCESSIBLE_ENCRYPTION_CREDENTIALS') {
    return failure(
      check,
      'its KMS key cannot be used, and calls are answered 503',
      'enable the key, and its grants, again',
    );
  }
  return status === 'ACTIVE' || status === 'UPDATING'
    ? ok(check, `${table?.TableName}, ${status}`)
    : failure(check, `${table?.TableName} is ${status}`, 'see what has become of it, and restore it where it is gone');
}

function judgeBilling({ BillingModeSummary }: TableDescription): Finding {
  return BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST'
    ? ok('table.billing', 'on demand')
    : warning(
        'table.billing',
        'provisioned',
        'set it to on demand: what is provisioned refuses calls past it with 503',
      );
}

function judgeEncryption({ SSEDescription }: TableDescription): Finding {
  const key = SSEDescription?.KMSMasterKeyArn;
  return ok('table.encryption', key === undefined ? 'by a key of DynamoDB’s own' : `by ${key}`);
}

async function timeToLive(client: Pick<DynamoDBClient, 'send'>, table: string): Promise<Finding> {
  const { TimeToLiveDescription: set } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
  const status = set?.TimeToLiveStatus ?? 'DISABLED';
  const isOn = status === 'ENABLED' || status === 'ENABLING';
  return isOn && set?.AttributeName === TTL
    ? ok('table.ttl', `on ${TTL}`)
    : failure(
        'table.ttl',
        isOn ? `on ${set?.AttributeName}, and not on ${TTL}` : `${status}`,
        `enable it on ${TTL}: markers of events and calls are kept for ever without it`,
      );
}

async function recovery(client: Pick<DynamoDBClient, 'send'>, table: string): Promise<Finding> {
  const { ContinuousBackupsDescription } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName: table }),
  );
  const { PointInTimeRecoveryStatus, EarliestRestorableDateTime } =
    ContinuousBackupsDescription?.PointInTimeRecoveryDescription ?? {};
  const since = EarliestRestorableDateTime?.toISOString().slice(0, 10);
  return PointInTimeRecoveryStatus === 'ENABLED'
    ? ok('table.recovery', since === undefined ? 'to any point in time' : `to any point in time since ${since}`)
    : failure(
        'table.recovery',
        'there is no point-in-time recovery',
        'enable it: what is written over by mistake cannot be had back without it',
      );
}

async function deletion(template: (() => Promise<string | undefined>) | undefined): Promise<Finding> {
  const check = 'table.deletion';
  if (template === undefined) {
    return ok(check, 'nothing that the local gateway has');
  }
  const policies = tablePolicies((await template()) ?? '');
  if (policies.length === 0) {
    return warning(check, 'not known: the table is in another stack', 'see that its stack retains it');
  }
  return policies.every((policy) => policy.startsWith('Retain'))
    ? ok(check, 'it outlives the stack')
    : warning(
        check,
        'the stack deletes it with every balance in it',
        'leave `removalPolicy` of the QuotaStore at RETAIN, where the balances are worth something',
      );
}

/** What becomes of the stack's tables. */
function tablePolicies(template: string): string[] {
  const { Resources = {} } = parsed(template) as { Resources?: Record<string, Record<string, unknown>> };
  return Object.values(Resources)
    .filter(({ Type, Properties }) => {
      const { TimeToLiveSpecification } = Object(Properties);
      // Other tables of the app are none of this.
      return /^AWS::DynamoDB::(Global)?Table$/.test(String(Type)) && TimeToLiveSpecification?.AttributeName === TTL;
    })
    .map(({ DeletionPolicy = 'Delete' }) => String(DeletionPolicy));
}

/** A template is JSON, or YAML, which the CDK does not write. */
function parsed(template: string): object {
  try {
    return Object(JSON.parse(template));
  } catch {
    return {};
  }
}
