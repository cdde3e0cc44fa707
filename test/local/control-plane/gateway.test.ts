import {
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeysCommand,
  UpdateApiKeyCommand,
} from '@aws-sdk/client-api-gateway';
import type { RestApiModel } from '../../../local/template/model';
import { method, startGateway, TestServer } from '../gateway/harness';
import { closeAll, type Fixture, plan, start, TEMPLATE_KEY } from './support';

afterEach(async () => {
  await TestServer.closeAll();
  await closeAll();
});

const THROTTLE = { rateLimit: 1, burstLimit: 2 };
const PLAN = plan('basic', ['api1/prod'], { throttle: THROTTLE, keys: [TEMPLATE_KEY] });

/** A gateway that asks the control plane's registry; time stands still. */
async function startBoth(overrides: Partial<RestApiModel> = {}, controlPlane = start({ usagePlans: [PLAN] })) {
  const fixture = await controlPlane;
  const { server, lambda } = await startGateway(
    { methods: [method('GET /items', { apiKeyRequired: true })], usagePlans: [PLAN.plan], ...overrides },
    {},
    { apiKeys: fixture.registry, clock: () => 0 },
  );
  const statusOf = async (key: string) =>
    (await server.call('GET /prod/items', { headers: { 'x-api-key': key } })).status;
  return { ...fixture, statusOf, lambda };
}

async function createKey({ client }: Fixture): Promise<{ id: string; value: string }> {
  const { id = '', value = '' } = await client.send(new CreateApiKeyCommand({ enabled: true }));
  return { id, value };
}

function add({ client }: Fixture, keyId: string) {
  return client.send(new CreateUsagePlanKeyCommand({ usagePlanId: 'basic', keyId, keyType: 'API_KEY' }));
}

async function threeStatuses({ statusOf }: { statusOf(key: string): Promise<number> }, key: string) {
  return [await statusOf(key), await statusOf(key), await statusOf(key)];
}

test('a key that was made at run time lets calls through once it is in the plan, with a bucket of its own', async () => {
  // GIVEN a template's key that is throttled, and a key in no plan
  const both = await startBoth();
  const { id, value } = await createKey(both);
  expect(await both.statusOf(value)).toBe(403);
  expect(await threeStatuses(both, TEMPLATE_KEY.value)).toEqual([200, 200, 429]);

  // WHEN
  await add(both, id);

  // THEN
  expect(await threeStatuses(both, value)).toEqual([200, 200, 429]);
  expect(both.lambda.events.at(-1)?.requestContext.identity).toMatchObject({ apiKey: value, apiKeyId: id });
});

describe('the next call is forbidden', () => {
  test.each([
    ['deleted', (id: string) => new DeleteApiKeyCommand({ apiKey: id })],
    ['taken out of its plan', (id: string) => new DeleteUsagePlanKeyCommand({ usagePlanId: 'basic', keyId: id })],
    [
      'disabled',
      (id: string) =>
        new UpdateApiKeyCommand({
          apiKey: id,
          patchOperations: [{ op: 'replace', path: '/enabled', value: 'false' }],
        }),
    ],
  ])('of a key that is %s', async (_, commandFor) => {
    const both = await startBoth();
    const { id, value } = await createKey(both);
    await add(both, id);
    expect(await both.statusOf(value)).toBe(200);

    await both.client.send(commandFor(id) as DeleteApiKeyCommand);

    expect(await both.statusOf(value)).toBe(403);
    expect(await both.statusOf(TEMPLATE_KEY.value)).toBe(200);
  });

  test("of a template's key that is deleted", async () => {
    const both = await startBoth();
    expect(await both.statusOf(TEMPLATE_KEY.value)).toBe(200);

    await both.client.send(new DeleteApiKeyCommand({ apiKey: TEMPLATE_KEY.id }));

    expect(await both.statusOf(TEMPLATE_KEY.value)).toBe(403);
  });
});

test('a key that is taken out of a plan and put back finds its bucket as it left it', async () => {
  const both = await startBoth();
  const first = [await both.statusOf(TEMPLATE_KEY.value), await both.statusOf(TEMPLATE_KEY.value)];

  await both.client.send(new DeleteUsagePlanKeyCommand({ usagePlanId: 'basic', keyId: TEMPLATE_KEY.id }));
  await add(both, TEMPLATE_KEY.id);

  expect([...first, await both.statusOf(TEMPLATE_KEY.value)]).toEqual([200, 200, 429]);
});

test('a key of a plan that does not hold the stage is forbidden', async () => {
  const other = plan('other', ['api2/prod'], { keys: [TEMPLATE_KEY] });
  const both = await startBoth({}, start({ usagePlans: [{ ...PLAN, plan: { ...PLAN.plan, keys: [] } }, other] }));

  expect(await both.statusOf(TEMPLATE_KEY.value)).toBe(403);
});

test('ten thousand keys are one as good as another, and all that there may be', async () => {
  // GIVEN
  const apiKeys = Array.from({ length: 10_000 }, (_, index) => ({
    id: `key${String(index).padStart(5, '0')}`,
    value: `value-of-the-customer-no-${index}`,
    enabled: true,
  }));
  const full = plan('basic', ['api1/prod'], { throttle: { rateLimit: 1, burstLimit: 1 }, keys: apiKeys });
  const both = await startBoth({ usagePlans: [full.plan] }, start({ apiKeys, usagePlans: [full] }));
  const middle = apiKeys[5_000];

  // WHEN all are full, and one makes place for a new one
  const refused = await createKey(both).catch((error: Error) => error.name);
  await both.client.send(new DeleteApiKeyCommand({ apiKey: middle?.id }));
  const { id, value } = await createKey(both);
  await add(both, id);

  // THEN
  expect(refused).toBe('LimitExceededException');
  const callers = [apiKeys[0]?.value, apiKeys[9_999]?.value, value, value, middle?.value, 'made-up-value-of-nobody'];
  const statuses: number[] = [];
  for (const caller of callers) {
    statuses.push(await both.statusOf(caller ?? ''));
  }
  expect(statuses).toEqual([200, 200, 200, 429, 403, 403]);
  const { items, position } = await both.client.send(new GetApiKeysCommand({ limit: 500 }));
  expect([items?.length, position]).toEqual([500, items?.at(-1)?.id]);
});
