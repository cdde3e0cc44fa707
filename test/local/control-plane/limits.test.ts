import {
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
} from '@aws-sdk/client-api-gateway';
import { closeAll, type Fixture, failureOf, start, TEMPLATE_KEY } from './support';

afterEach(closeAll);

const THROTTLED = {
  name: 'TooManyRequestsException',
  status: 429,
  message: 'Too Many Requests',
  retryAfterSeconds: '1',
};

const create = ({ client }: Fixture) => failureOf(client.send(new CreateApiKeyCommand({})));
const list = ({ client }: Fixture) => failureOf(client.send(new GetApiKeysCommand({})));

async function times<T>(count: number, run: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, run));
}

describe('rates', () => {
  test('CreateApiKey: five a second', async () => {
    const fixture = await start();

    const first = await times(6, () => create(fixture));
    fixture.wait(1_000);
    const later = await times(6, () => create(fixture));

    expect(first.filter((failure) => failure !== undefined)).toEqual([THROTTLED]);
    expect(later.filter((failure) => failure !== undefined)).toEqual([THROTTLED]);
  });

  test('DeleteApiKey: five a second', async () => {
    const fixture = await start();

    const failures = await times(6, () => failureOf(fixture.client.send(new DeleteApiKeyCommand({ apiKey: 'none' }))));

    expect(failures.map((failure) => failure?.status).sort()).toEqual([404, 404, 404, 404, 404, 429]);
  });

  test('all operations together: a burst of forty, then ten a second', async () => {
    const fixture = await start();

    const burst = await times(41, () => list(fixture));
    fixture.wait(500);
    const later = await times(6, () => list(fixture));

    expect(burst.filter((failure) => failure !== undefined)).toEqual([THROTTLED]);
    expect(later.filter((failure) => failure !== undefined)).toEqual([THROTTLED]);
  });

  test('what an operation is refused for its own rate takes nothing from the total', async () => {
    const fixture = await start();

    await times(20, () => create(fixture));
    const others = await times(36, () => list(fixture));

    expect(others.filter((failure) => failure !== undefined)).toEqual([THROTTLED]);
  });
});

describe('ceilings', () => {
  test("an account has so many API keys, the template's among them", async () => {
    const fixture = await start({ mostApiKeys: 3 });
    expect(await times(2, () => create(fixture))).toEqual([undefined, undefined]);

    const refused = await create(fixture);
    await fixture.client.send(new DeleteApiKeyCommand({ apiKey: TEMPLATE_KEY.id }));

    expect(refused).toMatchObject({ name: 'LimitExceededException', status: 429 });
    expect(await create(fixture)).toBeUndefined();
  });

  test('with a time that CreateUsagePlanKey takes, another that comes meanwhile is refused', async () => {
    // GIVEN
    const fixture = await start({ usagePlanKeyMillis: 300 });
    const [first, second] = await times(2, () => fixture.client.send(new CreateApiKeyCommand({})));
    const add = (keyId = '') =>
      failureOf(fixture.client.send(new CreateUsagePlanKeyCommand({ usagePlanId: 'pro', keyId, keyType: 'API_KEY' })));
    expect(await add(first?.id)).toBeUndefined();

    // WHEN
    const refused = await add(second?.id);
    fixture.wait(300);

    // THEN
    expect(refused).toMatchObject({ name: 'ConflictException', message: expect.stringContaining('concurrent') });
    expect(await add(second?.id)).toBeUndefined();
  });
});
