import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  UpdateApiKeyCommand,
} from '@aws-sdk/client-api-gateway';
import { closeAll, type Fixture, failureOf, plan, start, TEMPLATE_KEY } from './support';

let folder: string;
let dataDir: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdk-paywall-keys-'));
  dataDir = join(folder, 'data');
});

afterEach(async () => {
  await closeAll();
  rmSync(folder, { recursive: true });
});

async function createIn({ client }: Fixture, usagePlanId: string, value: string): Promise<string> {
  const { id = '' } = await client.send(new CreateApiKeyCommand({ name: 'Ada', value, enabled: true }));
  await client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId: id, keyType: 'API_KEY' }));
  return id;
}

test('keys that were made at run time survive a restart with all that became of them', async () => {
  // GIVEN
  const first = await start({ dataDir });
  const kept = await createIn(first, 'basic', 'the-value-that-is-kept');
  const deleted = await createIn(first, 'basic', 'the-value-that-is-gone');
  const moved = await createIn(first, 'basic', 'the-value-that-is-moved');
  const off = { op: 'replace', path: '/enabled', value: 'false' } as const;
  const { enabled } = await first.client.send(new UpdateApiKeyCommand({ apiKey: moved, patchOperations: [off] }));
  await first.client.send(new DeleteUsagePlanKeyCommand({ usagePlanId: 'basic', keyId: moved }));
  await first.client.send(new DeleteApiKeyCommand({ apiKey: deleted }));
  const before = await first.client.send(new GetApiKeyCommand({ apiKey: kept, includeValue: true }));
  await first.close();

  // WHEN
  const second = await start({ dataDir });

  // THEN
  const after = await second.client.send(new GetApiKeyCommand({ apiKey: kept, includeValue: true }));
  expect({ ...after, $metadata: undefined }).toEqual({ ...before, $metadata: undefined });
  expect(second.registry.enabledKey('basic', 'the-value-that-is-kept')).toMatchObject({ id: kept });
  expect(second.registry.enabledKey('basic', 'the-value-that-is-gone')).toBeUndefined();
  expect(second.registry.enabledKey('basic', 'the-value-that-is-moved')).toBeUndefined();
  expect((await second.client.send(new GetApiKeyCommand({ apiKey: moved }))).enabled).toBe(enabled);
  expect((await second.client.send(new GetApiKeysCommand({}))).items).toHaveLength(3);
  expect(enabled).toBe(false);
});

test("a start is a deployment: the template's own keys are as the template says", async () => {
  const first = await start({ dataDir });
  await first.client.send(new DeleteApiKeyCommand({ apiKey: TEMPLATE_KEY.id }));
  await first.close();

  const second = await start({ dataDir });

  expect(second.registry.enabledKey('basic', TEMPLATE_KEY.value)).toMatchObject({ id: TEMPLATE_KEY.id });
});

test('a plan that the template has no more is forgotten', async () => {
  const first = await start({ dataDir });
  const id = await createIn(first, 'other', 'the-value-that-is-kept');
  await first.close();

  const second = await start({ dataDir, usagePlans: [plan('basic', [])] });

  expect(second.registry.get(id)).toMatchObject({ value: 'the-value-that-is-kept' });
  expect(second.registry.usagePlansOf(id)).toEqual([]);
});

test('a template that has come to declare the value of such a key does not start', async () => {
  const first = await start({ dataDir });
  const id = await createIn(first, 'basic', 'the-value-that-is-kept');
  await first.close();
  const apiKeys = [TEMPLATE_KEY, { id: 'template02', value: 'the-value-that-is-kept', enabled: true }];

  await expect(start({ dataDir, apiKeys })).rejects.toThrow(`the value of ${id}`);
});

test('an answer comes when the change is on the disk, readable by its owner alone', async () => {
  const { client } = await start({ dataDir });
  const file = join(dataDir, 'api-keys.json');

  await Promise.all(['one', 'two', 'three'].map((name) => client.send(new CreateApiKeyCommand({ name }))));

  expect(JSON.parse(readFileSync(file, 'utf8')).apiKeys).toHaveLength(3);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('what cannot be kept is answered with a failure, and the next change is tried again', async () => {
  // GIVEN a folder that cannot be made
  const { client } = await start({ dataDir });
  writeFileSync(dataDir, 'in the way');

  // WHEN
  const failure = await failureOf(client.send(new CreateApiKeyCommand({ name: 'one' })));
  rmSync(dataDir);
  await client.send(new CreateApiKeyCommand({ name: 'two' }));

  // THEN
  expect(failure).toMatchObject({ name: 'InternalFailure', status: 500 });
  expect(JSON.parse(readFileSync(join(dataDir, 'api-keys.json'), 'utf8')).apiKeys).toHaveLength(2);
});

test.each(['{', '{"format":2,"apiKeys":[]}'])('a file that holds %s is not read', async (content) => {
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, 'api-keys.json'), content);

  await expect(start({ dataDir })).rejects.toThrow('delete it to start afresh');
});
