import {
  CreateApiKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  paginateGetApiKeys,
  UpdateApiKeyCommand,
} from '@aws-sdk/client-api-gateway';
import { closeAll, failureOf, plan, start, TEMPLATE_KEY } from './support';

afterEach(closeAll);

const NOT_FOUND = { name: 'NotFoundException', status: 404, message: 'Invalid API Key identifier specified' };

describe('CreateApiKey', () => {
  test('makes a key with all that it is told', async () => {
    const { client } = await start();
    const told = {
      name: 'Ada',
      description: 'of the pro plan',
      value: 'a-value-of-twenty-xx',
      enabled: true,
      customerId: 'cus_1',
      tags: { plan: 'pro' },
    };

    const { $metadata, ...created } = await client.send(new CreateApiKeyCommand(told));

    expect($metadata).toMatchObject({ httpStatusCode: 201, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(created).toEqual({
      ...told,
      id: expect.stringMatching(/^[a-z0-9]{10}$/),
      createdDate: new Date(Date.UTC(2025, 0, 1)),
      lastUpdatedDate: new Date(Date.UTC(2025, 0, 1)),
      stageKeys: [],
    });
    expect(await client.send(new GetApiKeyCommand({ apiKey: created.id, includeValue: true }))).toMatchObject(created);
  });

  test('generates a value, and enables nothing by itself', async () => {
    const { client } = await start();

    const [first, second] = await Promise.all([
      client.send(new CreateApiKeyCommand({})),
      client.send(new CreateApiKeyCommand({})),
    ]);

    expect(first).toMatchObject({ value: expect.stringMatching(/^[A-Za-z0-9]{40}$/), enabled: false });
    expect(second.value).not.toBe(first.value);
    expect(second.id).not.toBe(first.id);
  });

  test.each([
    ['a value of 19 characters', { value: 'x'.repeat(19) }],
    ['a value of 129 characters', { value: 'x'.repeat(129) }],
    ['a name of 1025 characters', { name: 'x'.repeat(1025) }],
    ['stage keys', { stageKeys: [{ restApiId: 'api1', stageName: 'prod' }] }],
  ])('refuses %s', async (_, told) => {
    const { client } = await start();

    expect(await failureOf(client.send(new CreateApiKeyCommand(told)))).toMatchObject({
      name: 'BadRequestException',
      status: 400,
    });
    expect((await client.send(new GetApiKeysCommand({}))).items).toHaveLength(1);
  });

  test.each([20, 128])('takes a value of %i characters', async (length) => {
    const { client } = await start();

    expect((await client.send(new CreateApiKeyCommand({ value: 'x'.repeat(length) }))).value).toHaveLength(length);
  });

  test('makes one key of a value, whether the template or a function made it', async () => {
    const { client } = await start();
    const create = (value: string) => client.send(new CreateApiKeyCommand({ value }));
    const { id } = await create('a-value-of-twenty-xx');
    const exists = { name: 'ConflictException', status: 409, message: 'API Key already exists' };

    expect(await failureOf(create('a-value-of-twenty-xx'))).toMatchObject(exists);
    expect(await failureOf(create(TEMPLATE_KEY.value))).toMatchObject(exists);

    await client.send(new DeleteApiKeyCommand({ apiKey: id }));
    expect((await create('a-value-of-twenty-xx')).id).not.toBe(id);
  });
});

describe('GetApiKey', () => {
  test("tells a template's key, and its value only to those who ask", async () => {
    const { client } = await start();

    const told = await client.send(new GetApiKeyCommand({ apiKey: TEMPLATE_KEY.id }));

    expect(told).toMatchObject({ id: TEMPLATE_KEY.id, name: 'template key', enabled: true, tags: { team: 'billing' } });
    expect(told).not.toHaveProperty('value');
    const { value } = await client.send(new GetApiKeyCommand({ apiKey: TEMPLATE_KEY.id, includeValue: true }));
    expect(value).toBe(TEMPLATE_KEY.value);
  });

  test('does not find an unknown one', async () => {
    const { client } = await start();

    expect(await failureOf(client.send(new GetApiKeyCommand({ apiKey: 'unknown' })))).toMatchObject(NOT_FOUND);
  });
});

describe('GetApiKeys', () => {
  const KEYS = Array.from({ length: 60 }, (_, index) => ({
    id: `key${String(index).padStart(2, '0')}`,
    value: `value-of-the-key-no-${index}`,
    enabled: true,
    name: index < 50 ? `first ${index}` : `second ${index}`,
    customerId: index % 2 === 0 ? 'even' : 'odd',
  }));
  const startWithMany = () => start({ apiKeys: KEYS, usagePlans: [plan('basic', [])] });

  test('gives 25, and the position of the rest', async () => {
    const { client } = await startWithMany();

    const first = await client.send(new GetApiKeysCommand({}));
    const second = await client.send(new GetApiKeysCommand({ position: first.position, limit: 500 }));

    expect(first.items).toHaveLength(25);
    expect(second.items).toHaveLength(35);
    expect(second.position).toBeUndefined();
    expect([...(first.items ?? []), ...(second.items ?? [])].map(({ id }) => id)).toEqual(KEYS.map(({ id }) => id));
  });

  test('skips none where the last key of a page is deleted before the next is asked for', async () => {
    const { client } = await startWithMany();
    const seen: (string | undefined)[] = [];

    for await (const { items = [] } of paginateGetApiKeys({ client, pageSize: 20 }, {})) {
      seen.push(...items.map(({ id }) => id));
      await client.send(new DeleteApiKeyCommand({ apiKey: items.at(-1)?.id }));
    }

    expect(seen).toEqual(KEYS.map(({ id }) => id));
  });

  test('finds by the beginning of the name, and by customer', async () => {
    const { client } = await startWithMany();

    const named = await client.send(new GetApiKeysCommand({ nameQuery: 'second' }));
    const owned = await client.send(new GetApiKeysCommand({ nameQuery: 'second', customerId: 'odd' }));

    expect(named.items).toHaveLength(10);
    expect(owned.items?.map(({ id }) => id)).toEqual(['key51', 'key53', 'key55', 'key57', 'key59']);
    expect((await client.send(new GetApiKeysCommand({ nameQuery: 'econd' }))).items).toEqual([]);
  });

  test('tells values only to those who ask', async () => {
    const { client } = await startWithMany();

    const { items: without = [] } = await client.send(new GetApiKeysCommand({ limit: 1 }));
    const { items: included = [] } = await client.send(new GetApiKeysCommand({ limit: 1, includeValues: true }));

    expect(without[0]).not.toHaveProperty('value');
    expect(included[0]?.value).toBe('value-of-the-key-no-0');
  });

  test.each([0, 501])('refuses a limit of %i', async (limit) => {
    const { client } = await start();

    expect(await failureOf(client.send(new GetApiKeysCommand({ limit })))).toMatchObject({
      name: 'BadRequestException',
      message: `limit must be between 1 and 500, got: ${limit}`,
    });
  });
});

describe('UpdateApiKey', () => {
  test('replaces what it is told', async () => {
    const { client, wait } = await start();
    wait(60_000);
    const patchOperations = [
      { op: 'replace', path: '/enabled', value: 'false' },
      { op: 'replace', path: '/name', value: 'renamed' },
      { op: 'replace', path: '/description', value: 'late payer' },
    ] as const;

    const updated = await client.send(
      new UpdateApiKeyCommand({ apiKey: TEMPLATE_KEY.id, patchOperations: [...patchOperations] }),
    );

    expect(updated).toMatchObject({
      id: TEMPLATE_KEY.id,
      enabled: false,
      name: 'renamed',
      description: 'late payer',
      createdDate: new Date(Date.UTC(2025, 0, 1)),
      lastUpdatedDate: new Date(Date.UTC(2025, 0, 1, 0, 1)),
    });
    expect(await client.send(new GetApiKeyCommand({ apiKey: TEMPLATE_KEY.id }))).toMatchObject({ name: 'renamed' });
  });

  test.each([
    ['a path that cannot change', { op: 'replace', path: '/value', value: 'x'.repeat(20) }],
    ['an operation that is no replacement', { op: 'remove', path: '/name' }],
    ['an enabled that is no boolean', { op: 'replace', path: '/enabled', value: 'no' }],
  ] as const)('refuses %s, and changes nothing', async (_, wrong) => {
    const { client } = await start();
    const patchOperations = [{ op: 'replace', path: '/name', value: 'renamed' } as const, wrong];

    const failure = await failureOf(client.send(new UpdateApiKeyCommand({ apiKey: TEMPLATE_KEY.id, patchOperations })));

    expect(failure).toMatchObject({ name: 'BadRequestException', status: 400 });
    expect((await client.send(new GetApiKeyCommand({ apiKey: TEMPLATE_KEY.id }))).name).toBe('template key');
  });

  test('does not find an unknown one', async () => {
    const { client } = await start();
    const patchOperations = [{ op: 'replace', path: '/name', value: 'renamed' } as const];

    const failure = await failureOf(client.send(new UpdateApiKeyCommand({ apiKey: 'unknown', patchOperations })));

    expect(failure).toMatchObject(NOT_FOUND);
  });
});

describe('DeleteApiKey', () => {
  test('deletes, once', async () => {
    const { client } = await start();
    const remove = () => client.send(new DeleteApiKeyCommand({ apiKey: TEMPLATE_KEY.id }));

    expect((await remove()).$metadata.httpStatusCode).toBe(202);

    expect(await failureOf(remove())).toMatchObject(NOT_FOUND);
    expect((await client.send(new GetApiKeysCommand({}))).items).toEqual([]);
  });
});
