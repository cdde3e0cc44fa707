import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type DevServer, startDevServer } from '../../../local/dev-server';

const folder = mkdtempSync(join(tmpdir(), 'cdk-paywall-control-plane-'));
const servers: DevServer[] = [];

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true });
});

/** The plan is looked up by its name: were its id in the environment, plan, stage, API and function would go in a circle. */
const SIGN_UP = `
const { APIGatewayClient, CreateApiKeyCommand, CreateUsagePlanKeyCommand, GetUsagePlansCommand } =
  require(process.env.CLIENT);
const client = new APIGatewayClient({});
exports.handler = async ({ body }) => {
  const { id, value } = await client.send(new CreateApiKeyCommand({ value: body, enabled: true }));
  const { items } = await client.send(new GetUsagePlansCommand({}));
  const plan = items.find(({ name }) => name === 'metered');
  await client.send(new CreateUsagePlanKeyCommand({ usagePlanId: plan.id, keyId: id, keyType: 'API_KEY' }));
  return { statusCode: 201, body: value };
};`;

function synthesize(): string {
  const outdir = join(folder, 'cdk.out');
  const app = new App({ outdir });
  const stack = new Stack(app, 'Stack');
  writeFileSync(join(folder, 'index.js'), SIGN_UP);
  const signUp = new LambdaFunction(stack, 'SignUp', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromAsset(folder, { exclude: ['cdk.out', 'data'] }),
    environment: { CLIENT: require.resolve('@aws-sdk/client-api-gateway') },
  });
  const api = new RestApi(stack, 'Api');
  api.root.addMethod('POST', new LambdaIntegration(signUp));
  const integration = new MockIntegration({
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    integrationResponses: [{ statusCode: '200' }],
  });
  api.root.addMethod('GET', integration, { apiKeyRequired: true, methodResponses: [{ statusCode: '200' }] });
  api.addUsagePlan('Plan', {
    name: 'metered',
    throttle: { rateLimit: 0.001, burstLimit: 1 },
    apiStages: [{ stage: api.deploymentStage }],
  });
  app.synth();
  return outdir;
}

test('a function gives out a key that the gateway throttles by, and that survives a restart', async () => {
  // GIVEN
  const assemblyDir = synthesize();
  const start = async () => {
    const server = await startDevServer({ assemblyDir, dataDir: join(folder, 'data'), port: 0, log: () => undefined });
    servers.push(server);
    return { server, url: server.apis[0]?.url ?? '' };
  };
  const statusOf = async (url: string, key: string) => (await fetch(url, { headers: { 'x-api-key': key } })).status;
  const first = await start();
  expect(await statusOf(first.url, 'a-value-of-twenty-xx')).toBe(403);

  // WHEN
  const answer = await fetch(first.url, { method: 'POST', body: 'a-value-of-twenty-xx' });

  // THEN
  expect([answer.status, await answer.text()]).toEqual([201, 'a-value-of-twenty-xx']);
  const statuses = [
    await statusOf(first.url, 'a-value-of-twenty-xx'),
    await statusOf(first.url, 'a-value-of-twenty-xx'),
  ];
  expect(statuses).toEqual([200, 429]);
  await first.server.close();
  const second = await start();
  expect(await statusOf(second.url, 'a-value-of-twenty-xx')).toBe(200);
});
