import {
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetUsagePlanCommand,
  GetUsagePlanKeyCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
} from '@aws-sdk/client-api-gateway';
import { closeAll, type Fixture, failureOf, plan, start, TEMPLATE_KEY } from './support';

afterEach(closeAll);

const NO_PLAN = { name: 'NotFoundException', status: 404, message: 'Invalid Usage Plan ID specified' };
const NO_KEY = { name: 'NotFoundException', status: 404, message: 'Invalid API Key identifier specified' };

async function createKey({ client }: Fixture, name = 'Ada'): Promise<{ id: string; value: string }> {
  const { id = '', value = '' } = await client.send(new CreateApiKeyCommand({ name, enabled: true }));
  return { id, value };
}

function add({ client }: Fixture, usagePlanId: string, keyId: string, keyType = 'API_KEY') {
  return client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType }));
}

describe('CreateUsagePlanKey', () => {
  test('puts a key into a plan', async () => {
    const fixture = await start();
    const { id, value } = await createKey(fixture);

    const { $metadata, ...added } = await add(fixture, 'pro', id);

    expect($metadata.httpStatusCode).toBe(201);
    expect(added).toEqual({ id, type: 'API_KEY', value, name: 'Ada' });
    const got = await fixture.client.send(new GetUsagePlanKeyCommand({ usagePlanId: 'pro', keyId: id }));
    expect(got).toMatchObject(added);
  });

  test('refuses a key that is in the plan', async () => {
    const fixture = await start();

    const failure = await failureOf(add(fixture, 'basic', TEMPLATE_KEY.id));

    expect(failure).toMatchObject({ name: 'ConflictException', status: 409 });
  });

  test('refuses a key that is in another plan of the same stage', async () => {
    const fixture = await start();

    const failure = await failureOf(add(fixture, 'pro', TEMPLATE_KEY.id));

    expect(failure).toMatchObject({
      name: 'ConflictException',
      message: 'the API key is in the usage plan basic, which has a stage in common with this one',
    });
  });

  test('takes a key into plans of different stages, up to ten', async () => {
    const usagePlans = Array.from({ length: 11 }, (_, index) => plan(`plan${index}`, [`api${index}/prod`]));
    const fixture = await start({ usagePlans });
    const { id } = await createKey(fixture);
    for (const { plan: one } of usagePlans.slice(0, 10)) {
      await add(fixture, one.id, id);
    }

    const failure = await failureOf(add(fixture, 'plan10', id));

    expect(failure).toMatchObject({ name: 'LimitExceededException', status: 429 });
    const { items } = await fixture.client.send(new GetUsagePlansCommand({ keyId: id }));
    expect(items).toHaveLength(10);
  });

  test('knows its plans and its keys', async () => {
    const fixture = await start();

    expect(await failureOf(add(fixture, 'unknown', TEMPLATE_KEY.id))).toMatchObject(NO_PLAN);
    expect(await failureOf(add(fixture, 'other', 'unknown'))).toMatchObject(NO_KEY);
  });

  test('takes API keys only', async () => {
    const fixture = await start();

    const failure = await failureOf(add(fixture, 'other', TEMPLATE_KEY.id, 'PASSWORD'));

    expect(failure).toMatchObject({ name: 'BadRequestException', status: 400 });
  });
});

describe('GetUsagePlanKey and GetUsagePlanKeys', () => {
  test("list a template's keys and those of run time, by name and in pages", async () => {
    const fixture = await start();
    for (const name of ['Ada 1', 'Ada 2', 'Bob']) {
      await add(fixture, 'basic', (await createKey(fixture, name)).id);
    }
    const list = (more: object) => fixture.client.send(new GetUsagePlanKeysCommand({ usagePlanId: 'basic', ...more }));

    const first = await list({ limit: 3 });
    const second = await list({ limit: 3, position: first.position });

    const names = [...(first.items ?? []), ...(second.items ?? [])].map(({ name }) => name);
    expect(names.sort()).toEqual(['Ada 1', 'Ada 2', 'Bob', 'template key']);
    expect(second.position).toBeUndefined();
    expect((await list({ nameQuery: 'Ada' })).items).toHaveLength(2);
  });

  test('do not find what is not there', async () => {
    const { client } = await start();
    const get = (usagePlanId: string, keyId: string) =>
      failureOf(client.send(new GetUsagePlanKeyCommand({ usagePlanId, keyId })));

    expect(await get('basic', 'unknown')).toMatchObject(NO_KEY);
    expect(await get('unknown', TEMPLATE_KEY.id)).toMatchObject(NO_PLAN);
    expect(await get('pro', TEMPLATE_KEY.id)).toMatchObject(NO_PLAN);
    const keys = client.send(new GetUsagePlanKeysCommand({ usagePlanId: 'unknown' }));
    expect(await failureOf(keys)).toMatchObject(NO_PLAN);
  });
});

describe('DeleteUsagePlanKey', () => {
  test('takes the key out of the plan, so that it can be put into another of the stage', async () => {
    const fixture = await start();
    const remove = () =>
      fixture.client.send(new DeleteUsagePlanKeyCommand({ usagePlanId: 'basic', keyId: TEMPLATE_KEY.id }));

    expect((await remove()).$metadata.httpStatusCode).toBe(202);

    expect(await failureOf(remove())).toMatchObject({ name: 'NotFoundException' });
    expect(await add(fixture, 'pro', TEMPLATE_KEY.id)).toMatchObject({ id: TEMPLATE_KEY.id });
  });

  test('is done by DeleteApiKey too', async () => {
    const { client } = await start();

    await client.send(new DeleteApiKeyCommand({ apiKey: TEMPLATE_KEY.id }));

    expect((await client.send(new GetUsagePlanKeysCommand({ usagePlanId: 'basic' }))).items).toEqual([]);
  });
});

describe('GetUsagePlan and GetUsagePlans', () => {
  test('tell stages, throttle and quota', async () => {
    const throttle = { rateLimit: 0.5, burstLimit: 2 };
    const quota = { limit: 1000, offset: 2, period: 'MONTH' } as const;
    const { client } = await start({ usagePlans: [plan('pro', ['api1/prod', 'api2/v1'], { throttle, quota })] });

    const { $metadata, ...told } = await client.send(new GetUsagePlanCommand({ usagePlanId: 'pro' }));

    expect($metadata.httpStatusCode).toBe(200);
    expect(told).toEqual({
      id: 'pro',
      name: 'pro plan',
      apiStages: [
        { apiId: 'api1', stage: 'prod' },
        { apiId: 'api2', stage: 'v1' },
      ],
      throttle,
      quota,
    });
  });

  test('list all plans, or those of a key', async () => {
    const { client } = await start();
    const idsOf = async (more: object) =>
      (await client.send(new GetUsagePlansCommand(more))).items?.map(({ id }) => id);

    expect(await idsOf({})).toEqual(['basic', 'other', 'pro']);
    expect(await idsOf({ limit: 1, position: 'basic' })).toEqual(['other']);
    expect(await idsOf({ keyId: TEMPLATE_KEY.id })).toEqual(['basic']);
    expect(await idsOf({ keyId: 'unknown' })).toEqual([]);
  });

  test('do not find an unknown plan', async () => {
    const { client } = await start();

    expect(await failureOf(client.send(new GetUsagePlanCommand({ usagePlanId: 'x' })))).toMatchObject(NO_PLAN);
  });
});
