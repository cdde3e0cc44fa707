import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CustomResource, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { type DevServer, type DevServerOptions, startDevServer } from '../../../local/dev-server';
import { removeTemporaryFolders, synthesize, temporaryFolder } from '../template/synthesized';

const servers: DevServer[] = [];

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  removeTemporaryFolders();
});

const DYNAMODB = `require(${JSON.stringify(require.resolve('@aws-sdk/client-dynamodb'))})`;

/** Notes what it is asked, calls the URL that it is given, and answers as AWS's own cfn-response does: by HTTPS, without a port. */
const RESPONDER = `
  const { DynamoDBClient, PutItemCommand } = ${DYNAMODB};
  const https = require('https');
  const client = new DynamoDBClient();
  exports.handler = async (event) => {
    const { RequestType, ResourceProperties: { Url, Size }, OldResourceProperties } = event;
    const reached = await fetch(Url).then(({ status }) => status);
    const id = [RequestType, Size, OldResourceProperties?.Size, reached].join(' ');
    await client.send(new PutItemCommand({ TableName: process.env.TABLE, Item: { id: { S: id } } }));
    const { StackId, RequestId, LogicalResourceId } = event;
    const body = JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: 'thing', StackId, RequestId, LogicalResourceId });
    const { hostname, pathname, search } = new URL(event.ResponseURL);
    const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
    await new Promise((resolve, reject) => {
      https
        .request({ hostname, port: 443, path: pathname + search, method: 'PUT', headers }, (response) => {
          response.resume();
          response.on('end', resolve);
        })
        .on('error', reject)
        .end(body);
    });
  };`;

const LIST = `
  const { DynamoDBClient, ScanCommand } = ${DYNAMODB};
  const client = new DynamoDBClient();
  exports.handler = async () => {
    const { Items } = await client.send(new ScanCommand({ TableName: process.env.TABLE }));
    return { statusCode: 200, body: JSON.stringify(Items.map(({ id }) => id.S).sort()) };
  };`;

const ON_EVENT = `
  exports.handler = async ({ RequestType, ResourceProperties: { Size } }) => {
    if (Size === '13') throw new Error('13 is no size');
    console.log(RequestType + ' by the framework');
    return { PhysicalResourceId: 'framed' };
  };`;

function assemblyOf(size: number): string {
  const assemblyDir = synthesize((app) => {
    const stack = new Stack(app, 'Stack');
    const table = new Table(stack, 'Table', { partitionKey: { name: 'id', type: AttributeType.STRING } });
    const define = (id: string, code: string) =>
      new LambdaFunction(stack, id, {
        runtime: Runtime.NODEJS_22_X,
        handler: 'index.handler',
        code: Code.fromInline(code),
        environment: { TABLE: table.tableName },
      });
    const api = new RestApi(stack, 'Api');
    api.root.addMethod('GET', new LambdaIntegration(define('List', LIST)));
    const { functionArn } = define('Responder', RESPONDER);
    const thing = new CustomResource(stack, 'Thing', {
      serviceToken: functionArn,
      properties: { Url: api.url, Size: size },
    });
    const { serviceToken } = new Provider(stack, 'Framework', { onEventHandler: define('OnEvent', ON_EVENT) });
    const framed = new CustomResource(stack, 'Framed', { serviceToken, properties: { Size: size } });
    framed.node.addDependency(thing);
  });
  installSdk(assemblyDir);
  return assemblyDir;
}

/** The framework loads two clients, of which it needs one: the other is that for Step Functions. */
function installSdk(dir: string): void {
  const scope = join(dir, 'node_modules', '@aws-sdk');
  mkdirSync(join(scope, 'client-sfn'), { recursive: true });
  writeFileSync(join(scope, 'client-sfn', 'index.js'), '');
  symlinkSync(dirname(require.resolve('@aws-sdk/client-lambda/package.json')), join(scope, 'client-lambda'));
}

async function start(options: Pick<DevServerOptions, 'assemblyDir'> & Partial<DevServerOptions>) {
  const lines: string[] = [];
  const server = await startDevServer({ port: 0, log: (line) => lines.push(line), ...options });
  servers.push(server);
  const listed = async (): Promise<string[]> => (await fetch(server.apis[0]?.url ?? '')).json() as Promise<string[]>;
  const framed = () => lines.filter((line) => line.endsWith(' by the framework')).map((line) => line.split(': ')[1]);
  const failures = () => lines.filter((line) => line.startsWith('the custom resource'));
  return { server, listed, framed, failures };
}

test('custom resources run once the API is served, and again when their properties change', async () => {
  // GIVEN
  const dataDir = temporaryFolder();
  const assemblyDir = assemblyOf(1);

  // WHEN
  const first = await start({ assemblyDir, dataDir });

  // THEN
  expect(first.server.app.unserved).toEqual([]);
  expect(await first.listed()).toEqual(['Create 1  200']);
  expect([first.framed(), first.failures()]).toEqual([['Create by the framework'], []]);
  await first.server.close();

  // WHEN the app is the same, at another port
  const second = await start({ assemblyDir, dataDir });

  // THEN
  expect(await second.listed()).toEqual(['Create 1  200', 'Update 1 1 200']);
  expect([second.framed(), second.failures()]).toEqual([[], []]);
  await second.server.close();

  // WHEN one cannot be updated
  const third = await start({ assemblyDir: assemblyOf(13), dataDir });

  // THEN the app is served all the same
  expect(await third.listed()).toEqual(['Create 1  200', 'Update 1 1 200', 'Update 13 1 200']);
  expect(third.failures()).toEqual([
    expect.stringMatching(
      /^the custom resource Stack\/Framed\/Default \(AWS::CloudFormation::CustomResource\) could not be updated: .*13 is no size/,
    ),
  ]);
});
