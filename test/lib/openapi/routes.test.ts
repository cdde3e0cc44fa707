import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AuthorizationType, Cors, Model, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Identity } from '../../../lib';
import { PAYMENT_REQUIRED_SCHEMA } from '../../../lib/private/payment-required-schema';
import { tellingApp } from '../app';
import { methodOf, openApi, served } from './documents';

const FILES = ['openapi.json', 'llms.txt', 'payment-required.schema.json'];

test('API Gateway itself serves the documents, to anybody and from any page, also where methods have a key by default', () => {
  const { stack, api, paywall } = tellingApp(
    {},
    {
      defaultMethodOptions: { apiKeyRequired: true },
      defaultCorsPreflightOptions: { allowOrigins: ['https://a.example'] },
    },
  );
  paywall.protect(api, { costs: { 'ANY /*': 3 } });
  const template = Template.fromStack(stack);
  for (const file of FILES) {
    const method = methodOf(template, file);
    expect(method).toMatchObject({ AuthorizationType: 'NONE', ApiKeyRequired: false, Integration: { Type: 'MOCK' } });
    expect(method?.Integration.IntegrationResponses[0]?.ResponseParameters).toEqual({
      'method.response.header.Access-Control-Allow-Origin': "'*'",
      'method.response.header.Cache-Control': "'public, max-age=300'",
      'method.response.header.Content-Type': expect.stringMatching(/^'(application|text)\//),
    });
  }
  template.hasResourceProperties('AWS::ApiGateway::Method', {
    HttpMethod: 'OPTIONS',
    Integration: {
      IntegrationResponses: [
        {
          ResponseParameters: Match.objectLike({
            'method.response.header.Access-Control-Allow-Origin': `'${Cors.ALL_ORIGINS[0]}'`,
          }),
        },
      ],
    },
  });
  expect(JSON.parse(served(template, 'payment-required.schema.json'))).toEqual(PAYMENT_REQUIRED_SCHEMA);
});

test('a document that changes deploys the stage anew', () => {
  const deploymentOf = (title: string) => {
    const { stack, api, paywall } = tellingApp({ discovery: { title } });
    paywall.protect(api);
    return Object.keys(Template.fromStack(stack).findResources('AWS::ApiGateway::Deployment'));
  };
  expect(deploymentOf('one')).not.toEqual(deploymentOf('another'));
});

test.each(['before', 'after'])("the API's own document stays, also where it is made %s protect", (when) => {
  const { stack, api, backend, paywall } = tellingApp();
  const own = () => api.root.addResource('openapi.json').addMethod('GET', backend);
  if (when === 'before') {
    own();
  }
  paywall.protect(api, { open: ['GET /openapi.json'] });
  if (when === 'after') {
    own();
  }
  const template = Template.fromStack(stack);
  expect(methodOf(template, 'openapi.json')).toMatchObject({ Integration: { Type: 'AWS_PROXY' } });
  expect(methodOf(template, 'llms.txt')).toMatchObject({ Integration: { Type: 'MOCK' } });
});

test('no document is served where discovery is off', () => {
  const { stack, api, paywall } = tellingApp({ discovery: { enabled: false } });
  paywall.protect(api);
  const template = Template.fromStack(stack);
  expect(FILES.map((file) => methodOf(template, file))).toEqual([undefined, undefined, undefined]);
});

test('the documents are no routes of the API that a prop could name', () => {
  const { stack, api, paywall } = tellingApp();
  paywall.protect(api, { costs: { 'GET /llms.txt': 5 } });
  expect(() => Template.fromStack(stack)).toThrow(
    '`costs` must name routes of the API Stack/Api, which has GET /items/{id}, GET /health, got: "GET /llms.txt"',
  );
});

test('each of two APIs has its own', () => {
  const { stack, api, backend, paywall } = tellingApp();
  const other = new RestApi(stack, 'Other', { cloudWatchRole: false });
  other.root.addResource('rows').addMethod('GET', backend);
  paywall.protect(api);
  paywall.protect(other);
  const template = Template.fromStack(stack);
  const methods = Object.values(template.findResources('AWS::ApiGateway::Method'));
  const texts = methods.map((method) => JSON.stringify(method)).filter((text) => text.includes('\\\\u0024schema'));
  const documents = texts.filter((text) => text.includes('operationId'));
  expect(documents.map((text) => [text.includes('/rows'), text.includes('/items/{id}')])).toEqual(
    expect.arrayContaining([
      [true, false],
      [false, true],
    ]),
  );
  expect(documents).toHaveLength(2);
});

test('a user pool of another stack is referred to across stacks', () => {
  const app = new App();
  const users = new UserPool(new Stack(app, 'Users'), 'Pool');
  const { stack, api, paywall } = tellingApp({ identities: [Identity.cognito(users)] }, {}, app);
  paywall.protect(api);
  const text = JSON.stringify(Template.fromStack(stack).toJSON());
  expect(text).toContain('Fn::ImportValue');
  expect(openApi(stack, 'pool-id').components.securitySchemes?.token?.description).toContain('pool-id');
});

describe('what is refused at synth', () => {
  test.each([
    ['title', { title: '' }, '`discovery.title` must be 1 to 200 characters, got: ""'],
    ['version', { version: 'v'.repeat(51) }, '`discovery.version` must be 1 to 50 characters, got: "vvv'],
    ['description', { description: ' ' }, '`discovery.description` must be 1 to 2000 characters, got: " "'],
  ])('%s', (_, discovery, message) => {
    expect(() => tellingApp({ discovery })).toThrow(message);
  });

  test('a document that API Gateway would not take', () => {
    const { stack, api, backend, paywall } = tellingApp();
    paywall.protect(api);
    const schema = { description: 'x'.repeat(300_000) };
    api.root.addResource('large').addMethod('POST', backend, {
      authorizationType: AuthorizationType.NONE,
      requestModels: { 'application/json': new Model(stack, 'Large', { restApi: api, schema }) },
    });
    expect(() => Template.fromStack(stack)).toThrow(
      /`discovery` must fit into 300000 bytes .* serve a document of the API's own as \/openapi\.json, got for Stack\/Api: 3\d{5} bytes/,
    );
  });
});

test('a document has some 700 bytes a route, and less than 20,000 beside them', () => {
  const { stack, api, backend, paywall } = tellingApp();
  paywall.protect(api);
  for (let index = 0; index < 50; index += 1) {
    api.root.addResource(`rows-${index}`).addMethod('GET', backend);
  }
  const [response] = methodOf(Template.fromStack(stack), 'openapi.json')?.Integration.IntegrationResponses ?? [];
  const size = Buffer.byteLength(String(response?.ResponseTemplates['application/json']));
  expect(size).toBeGreaterThan(50 * 500);
  expect(size).toBeLessThan(20_000 + 50 * 800);
});
