import { settled } from '../logs/fake-lambda';
import { until } from '../queues/support';
import { customResource, PROVIDER, respond, TestDeployment } from './support';

test("a provider gets CloudFormation's event", async () => {
  // GIVEN
  const deployment = new TestDeployment();

  // WHEN
  await deployment.deploy(customResource('Thing', { properties: { ServiceToken: PROVIDER, List: ['1', 'true'] } }));

  // THEN
  expect(deployment.events).toEqual([
    {
      RequestType: 'Create',
      ServiceToken: PROVIDER,
      ResponseURL: expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:\d+\/arn%3Aaws.*\?X-Amz-.*&X-Amz-Signature=[\da-f]{64}$/,
      ),
      StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Stack/local',
      RequestId: expect.stringMatching(/^[\da-f-]{36}$/),
      LogicalResourceId: 'Thing',
      ResourceType: 'Custom::Thing',
      ResourceProperties: { ServiceToken: PROVIDER, List: ['1', 'true'] },
    },
  ]);
  expect([deployment.reported, deployment.time.waiting]).toEqual([[], 0]);
});

test('the URL of a served stage leads to this machine, wherever it is, and no other does', async () => {
  const deployment = new TestDeployment();
  const onAws = 'https://api1.execute-api.eu-west-1.amazonaws.com';
  const properties = {
    Root: `${onAws}/prod/`,
    Route: [`${onAws}/prod/billing/stripe/webhook`],
    Json: { text: JSON.stringify({ a: `${onAws}/prod`, b: `${onAws}/prod?x` }) },
    OtherStage: `${onAws}/production/`,
    OtherApi: 'https://api2.execute-api.eu-west-1.amazonaws.com/prod/',
    Host: 'api1.execute-api.eu-west-1.amazonaws.com',
  };

  await deployment.deploy(customResource('Thing', { properties }));

  expect(deployment.events[0]?.ResourceProperties).toEqual({
    ...properties,
    Root: 'http://127.0.0.1:4020/prod/',
    Route: ['http://127.0.0.1:4020/prod/billing/stripe/webhook'],
    Json: { text: JSON.stringify({ a: 'http://127.0.0.1:4020/prod', b: 'http://127.0.0.1:4020/prod?x' }) },
  });
});

describe('the order:', () => {
  test('a custom resource is created when those that it depends on are there, and others side by side', async () => {
    // GIVEN
    const deployment = new TestDeployment();
    const { provide } = deployment;
    const order: string[] = [];
    deployment.provide = async (event) => {
      order.push(`> ${event.LogicalResourceId}`);
      await settled();
      order.push(`< ${event.LogicalResourceId}`);
      await provide(event);
    };

    // WHEN
    await deployment.deploy(
      customResource('Last', { dependsOn: ['First', 'Middle'] }),
      customResource('Middle', { dependsOn: ['First'] }),
      customResource('First'),
      customResource('Beside'),
    );

    // THEN
    expect(order.slice(0, 2)).toEqual(['> First', '> Beside']);
    expect(order.slice(4)).toEqual(['> Middle', '< Middle', '> Last', '< Last']);
  });

  test('names of another stack are no dependencies', async () => {
    const deployment = new TestDeployment();

    await deployment.deploy(
      customResource('One', { dependsOn: ['Two'] }),
      customResource('Two', { stackId: 'other', dependsOn: ['One'] }),
    );

    expect(deployment.taken()).toEqual(['Create One', 'Create Two']);
  });

  test('a circle comes to its end', async () => {
    const deployment = new TestDeployment();

    await deployment.deploy(
      customResource('One', { dependsOn: ['Two'] }),
      customResource('Two', { dependsOn: ['One'] }),
    );

    expect(deployment.taken()).toEqual(['Create One', 'Create Two']);
  });

  test('what depends on a failed one is not run, and the rest is', async () => {
    const deployment = new TestDeployment();
    const { provide } = deployment;
    deployment.provide = (event) =>
      event.LogicalResourceId === 'First' ? respond(event, { Status: 'FAILED', Reason: 'no' }) : provide(event);

    await deployment.deploy(
      customResource('First'),
      customResource('Second', { dependsOn: ['First'] }),
      customResource('Third', { dependsOn: ['Second'] }),
      customResource('Beside'),
    );

    expect(deployment.taken()).toEqual(['Create First', 'Create Beside']);
    expect(deployment.reported).toEqual([
      'the custom resource Stack/First (Custom::Thing) could not be created: no',
      'the custom resource Stack/Second (Custom::Thing) was not run: it depends on Stack/First, which failed',
      'the custom resource Stack/Third (Custom::Thing) was not run: it depends on Stack/Second, which failed',
    ]);
  });
});

describe('a failure is told in one line:', () => {
  test.each([
    ['FAILED', { Status: 'FAILED', Reason: 'no such\n  account' }, 'no such account'],
    ['FAILED without a reason', { Status: 'FAILED' }, 'its response gives no reason'],
    ['no status', { PhysicalResourceId: 'id' }, 'the Status of its response must be SUCCESS or FAILED, got: undefined'],
    ['no physical id', { Status: 'SUCCESS' }, 'its response has no PhysicalResourceId'],
    [
      'another request id',
      { Status: 'SUCCESS', RequestId: 'x' },
      'its response must have the RequestId of the request',
    ],
    [
      'a response that is too long',
      { Status: 'SUCCESS', PhysicalResourceId: 'id', Data: { text: 'x'.repeat(4096) } },
      'its response must be a JSON object of at most 4096 bytes',
    ],
  ])('%s', async (_, response, reason) => {
    const deployment = new TestDeployment();
    deployment.provide = (event) => respond(event, response);

    await deployment.deploy(customResource('Thing'));

    expect(deployment.reported).toEqual([
      `the custom resource Stack/Thing (Custom::Thing) could not be created: ${reason}`,
    ]);
  });

  test('a provider that throws is tried three times, under one request id, and need not be waited for', async () => {
    // GIVEN
    const deployment = new TestDeployment();
    deployment.provide = async () => {
      throw new Error('a bug');
    };

    // WHEN
    const deployed = deployment.deploy(customResource('Thing'));
    for (const millis of [1_000, 2_000]) {
      // The time-out waits all along.
      await until(() => deployment.time.waiting === 2);
      await deployment.time.pass(millis);
    }
    await deployed;

    // THEN
    expect(new Set(deployment.events.map(({ RequestId }) => RequestId)).size).toBe(1);
    expect(deployment.taken()).toEqual(['Create Thing', 'Create Thing', 'Create Thing']);
    expect(deployment.reported).toEqual([expect.stringMatching(/could not be created: Error: a bug$/)]);
  });

  test.each([
    [undefined, 60],
    [5, 5],
  ])('a provider that gives no response, where the service timeout is %s', async (serviceTimeoutSeconds, seconds) => {
    // GIVEN
    const deployment = new TestDeployment();
    deployment.provide = async () => undefined;
    let ended = false;

    // WHEN
    const deployed = deployment.deploy(customResource('Thing', { serviceTimeoutSeconds })).then(() => (ended = true));
    await until(() => deployment.events.length > 0);
    await deployment.time.pass(seconds * 1000 - 1);
    await settled();
    expect(ended).toBe(false);
    await deployment.time.pass(1);
    await deployed;

    // THEN
    const why = `its provider gave no response within ${seconds} seconds`;
    expect(deployment.reported).toEqual([expect.stringMatching(`could not be created: ${why}$`)]);
  });
});

test('the first response counts, and only under its signature', async () => {
  const deployment = new TestDeployment();
  const statuses: number[] = [];
  deployment.provide = async (event) => {
    const ResponseURL = event.ResponseURL.replace(/Signature=.*/, 'Signature=0');
    statuses.push(await respond({ ...event, ResponseURL }, { Status: 'FAILED', Reason: 'forged' }));
    statuses.push((await fetch(event.ResponseURL, { method: 'POST' })).status);
    statuses.push(await respond(event, { Status: 'SUCCESS', PhysicalResourceId: 'id' }));
  };

  await deployment.deploy(customResource('Thing'));
  await until(() => statuses.length === 3);

  expect([statuses, deployment.reported]).toEqual([[403, 403, 200], []]);
});

test('an app without custom resources starts nothing', async () => {
  const deployment = new TestDeployment();

  await deployment.deploy();

  expect(deployment.events).toEqual([]);
});
