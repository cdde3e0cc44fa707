import type { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { checkApiKeys } from '../../../cli/doctor/api-keys';
import type { Finding } from '../../../cli/doctor/finding';
import { checkTable } from '../../../cli/doctor/table';

type Answers = Record<string, object | Error>;

const TABLE = { TableName: 'T', TableStatus: 'ACTIVE', BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } };
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1';
const RECOVERY = (PointInTimeRecoveryStatus: string) => ({
  ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus } },
});
const TTL = (TimeToLiveStatus: string, AttributeName = 'expiresAt') => ({
  TimeToLiveDescription: { TimeToLiveStatus, AttributeName },
});
const GOOD: Answers = {
  DescribeTableCommand: { Table: TABLE },
  DescribeTimeToLiveCommand: TTL('ENABLED'),
  DescribeContinuousBackupsCommand: RECOVERY('ENABLED'),
};

function fake(answers: Answers) {
  const send = async (command: object) => {
    const answer = answers[command.constructor.name];
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  return { send } as unknown as DynamoDBClient & APIGatewayClient;
}

function template(DeletionPolicy?: string, attribute = 'expiresAt'): string {
  const Properties = { TimeToLiveSpecification: { AttributeName: attribute } };
  return JSON.stringify({ Resources: { T: { Type: 'AWS::DynamoDB::GlobalTable', Properties, DeletionPolicy } } });
}

function denied(): Error {
  return Object.assign(new Error('not authorized'), { name: 'AccessDeniedException', $metadata: {} });
}

async function findings(answers: Answers, read: () => Promise<string> = async () => template('Retain')) {
  const found = await checkTable(fake({ ...GOOD, ...answers }), 'T', read);
  return Object.fromEntries(found.map((finding) => [finding.check, finding]));
}

const table = (overrides: object) => ({ DescribeTableCommand: { Table: { ...TABLE, ...overrides } } });

test('a table as the paywall makes it has nothing wrong with it', async () => {
  const found = Object.values(await findings({}));
  expect(found.map(({ check, status, found: text }) => [check, status, text])).toEqual([
    ['table.state', 'ok', 'T, ACTIVE'],
    ['table.billing', 'ok', 'on demand'],
    ['table.encryption', 'ok', 'by a key of DynamoDB’s own'],
    ['table.ttl', 'ok', 'on expiresAt'],
    ['table.recovery', 'ok', 'to any point in time'],
    ['table.deletion', 'ok', 'it outlives the stack'],
  ]);
});

test.each<[what: string, check: string, answers: Answers, status: Finding['status'], found: string]>([
  ['a table that is being deleted', 'table.state', table({ TableStatus: 'DELETING' }), 'failure', 'T is DELETING'],
  [
    'a key that cannot be used',
    'table.state',
    table({ TableStatus: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' }),
    'failure',
    'its KMS key cannot be used, and calls are answered 503',
  ],
  ['provisioned capacity', 'table.billing', table({ BillingModeSummary: undefined }), 'warning', 'provisioned'],
  ['a key of one’s own', 'table.encryption', table({ SSEDescription: { KMSMasterKeyArn: KEY } }), 'ok', `by ${KEY}`],
  ['no expiry', 'table.ttl', { DescribeTimeToLiveCommand: TTL('DISABLED') }, 'failure', 'DISABLED'],
  [
    'another expiry',
    'table.ttl',
    { DescribeTimeToLiveCommand: TTL('ENABLED', 'ttl') },
    'failure',
    'on ttl, and not on expiresAt',
  ],
  [
    'no recovery',
    'table.recovery',
    { DescribeContinuousBackupsCommand: RECOVERY('DISABLED') },
    'failure',
    'there is no point-in-time recovery',
  ],
  ['protection against deletion', 'table.deletion', table({ DeletionProtectionEnabled: true }), 'ok', 'protected'],
  [
    'an action that is denied',
    'table.ttl',
    { DescribeTimeToLiveCommand: denied() },
    'warning',
    'not known: you are not allowed dynamodb:DescribeTimeToLive',
  ],
  [
    'a service that does not answer',
    'table.recovery',
    { DescribeContinuousBackupsCommand: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) },
    'warning',
    'not known: reset',
  ],
  [
    'what the local gateway has not',
    'table.recovery',
    { DescribeContinuousBackupsCommand: Object.assign(new Error('none'), { name: 'UnknownOperationException' }) },
    'ok',
    'nothing that the local gateway has',
  ],
])('%s is seen', async (_, check, answers, status, found) => {
  expect((await findings(answers))[check]).toMatchObject({ status, found });
});

test.each<[string, () => Promise<string>, Finding['status'], string]>([
  ['deletes the table', async () => template('Delete'), 'warning', 'the stack deletes it with every balance in it'],
  ['says nothing of it', async () => template(), 'warning', 'the stack deletes it with every balance in it'],
  ['keeps it as soon as it is made', async () => template('RetainExceptOnCreate'), 'ok', 'it outlives the stack'],
  [
    'has other tables alone',
    async () => template('Delete', 'ttl'),
    'warning',
    'not known: the table is in another stack',
  ],
  [
    'may not be read',
    () => Promise.reject(denied()),
    'warning',
    'not known: you are not allowed cloudformation:GetTemplate',
  ],
])('a template that %s is told', async (_, read, status, found) => {
  expect((await findings({}, read))['table.deletion']).toMatchObject({ status, found });
});

test('a table that may not be described is told of once, and the rest all the same', async () => {
  const found = Object.values(await findings({ DescribeTableCommand: denied() }));
  expect(found.map(({ check, status }) => [check, status])).toEqual([
    ['table.state', 'warning'],
    ['table.ttl', 'ok'],
    ['table.recovery', 'ok'],
    ['table.deletion', 'ok'],
  ]);
});

test('API keys are counted over all pages, and their number is told before it is the most that there can be', async () => {
  const pages = (count: number) => {
    const asked: (string | undefined)[] = [];
    const send = async ({ input }: { input: { position?: string } }) => {
      asked.push(input.position);
      const left = count - (asked.length - 1) * 500;
      return { items: new Array(Math.min(500, left)).fill({}), position: left > 500 ? `p${asked.length}` : undefined };
    };
    return { asked, client: { send } as unknown as APIGatewayClient };
  };
  const few = pages(1_001);
  expect(await checkApiKeys(few.client)).toMatchObject({ status: 'ok', found: '1,001 of 10,000 in the Region' });
  expect(few.asked).toEqual([undefined, 'p1', 'p2']);
  expect(await checkApiKeys(pages(9_000).client)).toMatchObject({
    status: 'warning',
    todo: expect.stringMatching(/lanes/),
  });
  expect(await checkApiKeys(fake({ GetApiKeysCommand: denied() }))).toMatchObject({
    status: 'warning',
    found: 'not known: you are not allowed apigateway:GET on /apikeys',
  });
});
