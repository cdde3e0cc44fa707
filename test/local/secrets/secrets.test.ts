import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type LocalSecrets, startSecrets } from '../../../local/secrets/secrets';

const NAME = 'stripe/secret-key';
const PARTIAL_ARN = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${NAME}`;
const ARN = `${PARTIAL_ARN}-AbCd12`;

let secrets: LocalSecrets;
let client: SecretsManagerClient;

beforeEach(async () => {
  secrets = await startSecrets({
    secrets: [
      { name: NAME, arn: ARN, value: 'sk_test_1' },
      { name: 'empty', arn: `${PARTIAL_ARN}-empty-AbCd12` },
    ],
  });
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = secrets.url;
  client = new SecretsManagerClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  delete process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER;
  client.destroy();
  await secrets.close();
});

const get = (SecretId: string, more: Partial<GetSecretValueCommandInput> = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...more }));

async function failureOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: Error) => error.name,
  );
}

describe('GetSecretValue', () => {
  test.each([
    ['its name', NAME],
    ['its ARN', ARN],
    ['its ARN without the suffix', PARTIAL_ARN],
  ])('finds a secret by %s', async (_, id) => {
    const found = await get(id);

    expect(found).toMatchObject({ ARN, Name: NAME, SecretString: 'sk_test_1', VersionStages: ['AWSCURRENT'] });
    expect(found.VersionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(Math.abs(Date.now() - Number(found.CreatedDate))).toBeLessThan(60_000);
  });

  test.each([
    ['an unknown name', 'stripe'],
    ['a name with the suffix', `${NAME}-AbCd12`],
    ['an ARN with another suffix', `${PARTIAL_ARN}-AbCd13`],
    ['a secret without a value', 'empty'],
  ])('does not find %s', async (_, id) => {
    expect(await failureOf(get(id))).toBe('ResourceNotFoundException');
  });

  test('does not find a label or a version that is not there', async () => {
    expect(await failureOf(get(NAME, { VersionStage: 'AWSPREVIOUS' }))).toBe('ResourceNotFoundException');
    expect(await failureOf(get(NAME, { VersionId: '0'.repeat(36) }))).toBe('ResourceNotFoundException');
  });
});

describe('PutSecretValue', () => {
  const put = (SecretString: string, more: { VersionStages?: string[]; ClientRequestToken?: string } = {}) =>
    client.send(new PutSecretValueCommand({ SecretId: NAME, SecretString, ...more }));

  test('makes the new version current, and the old one previous', async () => {
    // GIVEN
    const old = await get(NAME);

    // WHEN
    const { VersionId } = await put('sk_test_2');

    // THEN
    expect(await get(NAME)).toMatchObject({ SecretString: 'sk_test_2', VersionId });
    expect(await get(NAME, { VersionStage: 'AWSPREVIOUS' })).toMatchObject({
      SecretString: 'sk_test_1',
      VersionId: old.VersionId,
    });
  });

  test('keeps two versions: the one before the previous has no label, and is out of reach', async () => {
    const { VersionId } = await get(NAME);
    await put('sk_test_2');
    await put('sk_test_3');

    expect(await failureOf(get(NAME, { VersionId }))).toBe('ResourceNotFoundException');
  });

  test('leaves the current version alone under another label', async () => {
    const pending = await put('sk_test_2', { VersionStages: ['AWSPENDING'] });

    expect((await get(NAME)).SecretString).toBe('sk_test_1');
    expect((await get(NAME, { VersionStage: 'AWSPENDING' })).VersionId).toBe(pending.VersionId);
  });

  test('makes one version of one ClientRequestToken', async () => {
    const token = { ClientRequestToken: '11111111-2222-3333-4444-555555555555' };
    const [first, second] = [await put('sk_test_2', token), await put('sk_test_2', token)];

    expect(first.VersionId).toBe(token.ClientRequestToken);
    expect(second.VersionId).toBe(first.VersionId);
    expect((await get(NAME, { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('sk_test_1');
    expect(await failureOf(put('sk_test_3', token))).toBe('ResourceExistsException');
  });

  test('takes binary, and refuses nothing at all', async () => {
    const SecretBinary = Uint8Array.of(0, 1, 255);
    await client.send(new PutSecretValueCommand({ SecretId: NAME, SecretBinary }));

    expect((await get(NAME)).SecretBinary).toEqual(SecretBinary);
    expect((await get(NAME)).SecretString).toBeUndefined();
    const empty = client.send(new PutSecretValueCommand({ SecretId: NAME }));
    expect(await failureOf(empty)).toBe('InvalidParameterException');
  });
});

describe('CreateSecret and DescribeSecret', () => {
  test('a created secret is described without its value, and created once', async () => {
    // WHEN
    const created = await client.send(new CreateSecretCommand({ Name: 'new', Description: 'd', SecretString: 'x' }));

    // THEN
    expect(created.ARN).toMatch(/:secret:new-[0-9a-zA-Z]{6}$/);
    const described = await client.send(new DescribeSecretCommand({ SecretId: created.ARN }));
    expect(described).toMatchObject({
      ARN: created.ARN,
      Name: 'new',
      Description: 'd',
      VersionIdsToStages: { [created.VersionId ?? '']: ['AWSCURRENT'] },
    });
    expect(JSON.stringify(described)).not.toContain('SecretString');
    expect((await get('new')).SecretString).toBe('x');
    const again = client.send(new CreateSecretCommand({ Name: 'new' }));
    expect(await failureOf(again)).toBe('ResourceExistsException');
  });
});

describe('the endpoint', () => {
  test('listens on loopback only', () => {
    expect(new URL(secrets.url).hostname).toBe('127.0.0.1');
  });

  test('put gives a secret a new current value', async () => {
    secrets.put(NAME, 'sk_test_2');

    expect((await get(ARN)).SecretString).toBe('sk_test_2');
    expect(() => secrets.put('unknown', 'x')).toThrow("can't find the specified secret");
  });

  test.each(['{', 'null', '[]', '{"SecretId":{}}', '{"SecretId":null}'])('answers %s, and goes on', async (body) => {
    const headers = { 'x-amz-target': 'secretsmanager.GetSecretValue', authorization: 'AWS4-HMAC-SHA256 x' };
    const answer = await fetch(secrets.url, { method: 'POST', headers, body });

    expect(answer.status).toBe(400);
    expect((await get(NAME)).SecretString).toBe('sk_test_1');
  });

  test('closes at once, with idle clients connected', async () => {
    await get(NAME);
    const start = Date.now();

    await secrets.close();

    expect(Date.now() - start).toBeLessThan(500);
    expect(await failureOf(get(NAME))).not.toBe('none');
  });
});
