import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  AuthorizationType,
  Cors,
  GatewayResponse,
  MockIntegration,
  ResponseType,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { paidApp } from './app';

const PROTECTED = { AuthorizationType: 'CUSTOM', ApiKeyRequired: true };
const OPEN = { AuthorizationType: 'NONE' };

function methodOf(template: Template, resourcePathPart: string, httpMethod: string): Record<string, unknown> {
  const resources = template.findResources('AWS::ApiGateway::Resource', { Properties: { PathPart: resourcePathPart } });
  const [resourceId] = Object.keys(resources);
  const methods = template.findResources('AWS::ApiGateway::Method', {
    Properties: { HttpMethod: httpMethod, ResourceId: { Ref: resourceId } },
  });
  const [method] = Object.values(methods);
  return method?.Properties;
}

test('methods that are there before and after protect get the authorizer', () => {
  // GIVEN
  const { stack, api, backend, paywall } = paidApp();
  // WHEN
  paywall.protect(api);
  api.root.addResource('later').addMethod('POST', backend);
  // THEN
  const template = Template.fromStack(stack);
  expect(methodOf(template, '{id}', 'GET')).toMatchObject(PROTECTED);
  expect(methodOf(template, 'later', 'POST')).toMatchObject(PROTECTED);
});

test('the authorizer is asked on every call', () => {
  const { stack, api, paywall } = paidApp();
  paywall.protect(api);
  Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::Authorizer', {
    Type: 'REQUEST',
    AuthorizerResultTtlInSeconds: 0,
    IdentitySource: Match.absent(),
  });
});

test('open routes, CORS preflight and billing routes stay open', () => {
  const { stack, api, paywall } = paidApp({}, { defaultCorsPreflightOptions: { allowOrigins: Cors.ALL_ORIGINS } });
  paywall.protect(api, { open: ['GET /health'] });
  const template = Template.fromStack(stack);
  expect(methodOf(template, 'health', 'GET')).toMatchObject(OPEN);
  expect(methodOf(template, '{id}', 'OPTIONS')).toMatchObject(OPEN);
  for (const [path, method] of [
    ['plans', 'GET'],
    ['checkout', 'POST'],
    ['{token}', 'GET'],
    ['welcome', 'GET'],
    ['usage', 'GET'],
    ['webhook', 'POST'],
  ] as const) {
    expect(methodOf(template, path, method)).toMatchObject({ ...OPEN, ApiKeyRequired: false });
  }
});

test('a pattern stands for every route below a resource', () => {
  const { stack, api, paywall } = paidApp();
  paywall.protect(api, { open: ['ANY /items/*'], costs: { 'GET /*': 2 } });
  const template = Template.fromStack(stack);
  expect(methodOf(template, '{id}', 'GET')).toMatchObject(OPEN);
  expect(methodOf(template, 'health', 'GET')).toMatchObject(PROTECTED);
});

test('billing routes stay open where the API gives its methods a key by default', () => {
  const { stack, api, paywall } = paidApp({}, { defaultMethodOptions: { apiKeyRequired: true } });
  paywall.protect(api);
  expect(methodOf(Template.fromStack(stack), 'plans', 'GET')).toMatchObject({ ...OPEN, ApiKeyRequired: false });
});

test('the API takes its keys from the authorizer', () => {
  const { stack, api, paywall } = paidApp();
  paywall.protect(api);
  Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::RestApi', { ApiKeySourceType: 'AUTHORIZER' });
});

test('an API that is deployed already is deployed again, as its methods have changed', () => {
  const deploymentOf = (protect: boolean) => {
    const { stack, api, paywall } = paidApp();
    if (protect) {
      paywall.protect(api, { open: ['GET /health'] });
    } else {
      paywall.protect(api);
    }
    return Object.keys(Template.fromStack(stack).findResources('AWS::ApiGateway::Deployment'));
  };
  expect(deploymentOf(true)).not.toEqual(deploymentOf(false));
});

test('two APIs share one paywall', () => {
  const { stack, api, paywall } = paidApp();
  const other = new RestApi(stack, 'Other', { cloudWatchRole: false });
  other.root.addResource('rows').addMethod('GET', new MockIntegration());
  paywall.protect(api);
  paywall.protect(other, { costs: { 'GET /rows': 3 } });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::ApiGateway::Authorizer', 2);
  template.resourceCountIs('AWS::DynamoDB::GlobalTable', 1);
  template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
    ApiStages: [Match.objectLike({ ApiId: Match.anyValue() }), Match.objectLike({ ApiId: Match.anyValue() })],
  });
  expect(methodOf(template, 'rows', 'GET')).toMatchObject(PROTECTED);
});

describe('what the finished app alone can tell is refused at synth', () => {
  test('a cost for a route that the API does not have', () => {
    const { stack, api, paywall } = paidApp();
    paywall.protect(api, { costs: { 'POST /search': 5 } });
    expect(() => Template.fromStack(stack)).toThrow(
      '`costs` must name routes of the API Stack/Api, which has GET /items/{id}, GET /health, got: "POST /search"',
    );
  });

  test('an open route that the API does not have', () => {
    const { stack, api, paywall } = paidApp();
    paywall.protect(api, { open: ['GET /helth'] });
    expect(() => Template.fromStack(stack)).toThrow('got: "GET /helth"');
  });

  test('a method with an authorizer of its own', () => {
    const { stack, api, paywall } = paidApp();
    api.root.addResource('iam').addMethod('GET', new MockIntegration(), { authorizationType: AuthorizationType.IAM });
    paywall.protect(api);
    expect(() => Template.fromStack(stack)).toThrow('GET /iam of Stack/Api has an authorizer of its own (AWS_IAM)');
  });

  test('a gateway response that the app sets too', () => {
    const { stack, api, paywall } = paidApp();
    paywall.protect(api);
    new GatewayResponse(stack, 'Mine', { restApi: api, type: ResponseType.ACCESS_DENIED });
    expect(() => Template.fromStack(stack)).toThrow('sets the gateway response ACCESS_DENIED, which the paywall sets');
  });

  test('a paywall that protects nothing', () => {
    const { stack } = paidApp();
    expect(() => Template.fromStack(stack)).toThrow('the paywall protects nothing: call `protect(api)`');
  });

  test('more plans and costs than a function can be told', () => {
    const { stack, api, backend, paywall } = paidApp();
    const costs = Object.fromEntries(
      Array.from({ length: 120 }, (_, index) => {
        api.root.addResource(`a-rather-long-resource-name-${index}`).addMethod('GET', backend);
        return [`GET /a-rather-long-resource-name-${index}`, 2];
      }),
    );
    paywall.protect(api, { costs });
    expect(() => Template.fromStack(stack)).toThrow(
      /must fit a function's environment of 4096 bytes .* got about: \d+/,
    );
  });
});

describe('what stands in the way of protecting an API is refused at once', () => {
  test.each([
    [
      { costs: { 'GET /items/{id}': 1.5 } },
      '`costs["GET /items/{id}"]` must be an integer between 0 and 10^12, got: 1.5',
    ],
    [{ costs: { 'GET /items/{id}': -1 } }, 'got: -1'],
    [{ costs: { 'get /items': 1 } }, 'got: "get /items"'],
    [{ costs: { 'GET /it*': 1 } }, 'got: "GET /it*"'],
    [{ costs: { 'GET /*/x': 1 } }, 'got: "GET /*/x"'],
    [{ open: ['/health'] }, '`open` must name routes as an HTTP method and a resource path'],
    [{ open: ['OPTIONS /health'] }, '(OPTIONS is always open)'],
    [{ open: ['GET /health'], costs: { 'GET /health': 2 } }, '`open` must not name routes that have a cost or a plan'],
    [{ routePlans: { 'GET /health': ['gold'] } }, 'must name some of ["free","pro"], got: "gold"'],
    [{ routePlans: { 'GET /health': [] } }, 'got: []'],
  ])('%j', (options, message) => {
    const { api, paywall } = paidApp();
    expect(() => paywall.protect(api, options)).toThrow(message);
  });

  test('an API of another stack', () => {
    const { stack, paywall } = paidApp();
    const api = new RestApi(new Stack(stack.node.root, 'Elsewhere'), 'Api', { cloudWatchRole: false });
    expect(() => paywall.protect(api)).toThrow('`api` must be in the stack of the paywall, Stack');
  });

  test('an API that takes its keys from a header', () => {
    const { paywall, api } = paidApp({}, { apiKeySourceType: 'HEADER' as never });
    expect(() => paywall.protect(api)).toThrow('got: HEADER');
  });

  test('an API without a stage', () => {
    const { paywall, api } = paidApp({}, { deploy: false });
    expect(() => paywall.protect(api)).toThrow('must be deployed to a stage');
  });

  test('an API with a resource where the billing routes go', () => {
    const { paywall, api } = paidApp({ billingPath: 'items' });
    expect(() => paywall.protect(api)).toThrow(
      '`billingPath` must be free, but the API has a resource of that name, got: "items"',
    );
  });

  test('an API twice', () => {
    const { paywall, api } = paidApp();
    paywall.protect(api);
    expect(() => paywall.protect(api)).toThrow('must be protected once');
  });
});
