import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  ApiDefinition,
  Deployment,
  GatewayResponse,
  type IRestApi,
  LambdaIntegration,
  MockIntegration,
  Model,
  ResponseType,
  RestApi,
  SpecRestApi,
  Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Paywall, type ProtectOptions, Refund } from '../../lib';
import { adoptedApis } from '../e2e/adopted-app';
import { plans, stripe, unstagedApp } from './app';

type Json = Record<string, unknown>;

/** What a template's resources refer to, one to the other. */
function cycleIn(template: Json): string[] | undefined {
  const resources = template.Resources as Record<string, Json>;
  const done = new Set<string>();
  const visit = (id: string, above: readonly string[]): string[] | undefined => {
    if (above.includes(id)) {
      return [...above, id];
    }
    if (done.has(id)) {
      return undefined;
    }
    const { DependsOn, Properties } = resources[id] ?? {};
    const texts = [...JSON.stringify(Properties ?? {}).matchAll(/\{"(?:Ref":"|Fn::GetAtt":\[")([^"]+)"/g)];
    const others = [...texts.map(([, other]) => other ?? ''), ...[DependsOn ?? []].flat().map(String)];
    const found = others.filter((other) => other in resources).map((other) => visit(other, [...above, id]));
    done.add(id);
    return found.find((cycle) => cycle !== undefined);
  };
  return Object.keys(resources)
    .map((id) => visit(id, []))
    .find((cycle) => cycle !== undefined);
}

function paywallIn(stack: Stack): Paywall {
  return new Paywall(stack, 'Paywall', { plans: plans(), payments: stripe(stack) });
}

function emptyStack() {
  const stack = new Stack(unstagedApp(), 'Stack');
  return { stack, paywall: paywallIn(stack) };
}

const ONE_OPERATION = {
  get: { responses: {}, 'x-amazon-apigateway-integration': { type: 'mock' } },
};

function definedApp(members: Json = {}, paths: Json = { '/items': ONE_OPERATION }) {
  const { stack, paywall } = emptyStack();
  const definition = { openapi: '3.0.1', info: { title: 'Items', version: '1' }, paths, ...members };
  const apiDefinition = ApiDefinition.fromInline(definition);
  return { stack, paywall, api: new SpecRestApi(stack, 'Api', { cloudWatchRole: false, apiDefinition }) };
}

/** The definition of the only API. */
function bodyOf(stack: Stack) {
  const [api] = Object.values(Template.fromStack(stack).findResources('AWS::ApiGateway::RestApi'));
  return api?.Properties.Body;
}

describe('an API of every kind behind one paywall', () => {
  const app = unstagedApp();
  adoptedApis(app);
  const stack = app.node.findChild('Adopted') as Stack;
  let template: Template;
  let resources: Record<string, { Properties: Json; Type: string }>;
  beforeAll(() => {
    template = Template.fromStack(stack);
    resources = template.toJSON().Resources;
  });

  function apiIds(kind: string): string {
    const id = Object.keys(template.findResources('AWS::ApiGateway::RestApi')).find((key) => key.startsWith(kind));
    return id ?? '';
  }

  function methodsOf(kind: string): Json[] {
    const restApiId =
      kind === 'Imported' ? Match.objectLike({ 'Fn::ImportValue': Match.anyValue() }) : { Ref: apiIds(kind) };
    const found = template.findResources('AWS::ApiGateway::Method', { Properties: { RestApiId: restApiId } });
    return Object.values(found).map(({ Properties }) => Properties);
  }

  const PROTECTED = expect.objectContaining({ AuthorizationType: 'CUSTOM', ApiKeyRequired: true });

  test('waits for nothing that waits for it', () => {
    expect(cycleIn(template.toJSON())).toBeUndefined();
  });

  test('of a Lambda function: every method is protected, and the billing routes stand beside the proxy', () => {
    const anys = methodsOf('Proxy').filter(({ HttpMethod }) => HttpMethod === 'ANY');
    expect(anys).toEqual([PROTECTED, PROTECTED]);
    template.hasResourceProperties('AWS::ApiGateway::Resource', {
      PathPart: 'billing',
      RestApiId: { Ref: apiIds('Proxy') },
    });
  });

  test('of a workflow: it is protected, is told who calls, and its answers tell what is left', () => {
    const [any, ...others] = methodsOf('Workflow').filter(({ HttpMethod }) => HttpMethod === 'ANY');
    expect([any, others]).toEqual([PROTECTED, []]);
    const { RequestTemplates, IntegrationResponses } = (any?.Integration ?? {}) as {
      RequestTemplates: Json;
      IntegrationResponses: { StatusCode: string; ResponseParameters?: Json }[];
    };
    expect(JSON.stringify(RequestTemplates)).toContain('$context.authorizer.get($paramName)');
    const told = IntegrationResponses.filter(({ ResponseParameters }) => ResponseParameters !== undefined);
    expect(told.map(({ StatusCode }) => StatusCode)).toEqual(['200', '400']);
    expect(told[0]?.ResponseParameters).toMatchObject({
      'method.response.header.RateLimit': 'context.authorizer.rateLimit',
    });
  });

  test('of another stack: what this app adds is protected, and deployed to its stage', () => {
    const ours = methodsOf('Imported').filter(({ AuthorizationType }) => AuthorizationType === 'CUSTOM');
    expect(ours).toEqual([PROTECTED]);
    const deployments = template.findResources('AWS::ApiGateway::Deployment', { Properties: { StageName: 'prod' } });
    const [deployment, ...others] = Object.values(deployments);
    expect([deployment?.DeletionPolicy, others]).toEqual(['Retain', []]);
    const waitedFor = ((deployment?.DependsOn ?? []) as string[]).map((id) => resources[id]?.Type);
    expect(waitedFor.filter((type) => type === 'AWS::ApiGateway::Method').length).toBe(methodsOf('Imported').length);
    expect(waitedFor).toContain('AWS::ApiGateway::GatewayResponse');
    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
      ApiStages: Match.arrayWith([Match.objectLike({ ApiId: { 'Fn::ImportValue': Match.anyValue() }, Stage: 'prod' })]),
    });
  });

  test('of another stack: whoever makes it is told what to do', () => {
    const warnings = stack.node.findChild('Imported').node.metadata.filter(({ type }) => type === 'aws:cdk:warning');
    expect(warnings).toEqual([
      expect.objectContaining({ data: expect.stringContaining('`apiKeySourceType: ApiKeySourceType.AUTHORIZER`') }),
    ]);
  });

  test.each(['Defined', 'Swagger'])('of a definition (%s): no part of it is left beside the definition', (kind) => {
    const parts = ['Method', 'Resource', 'GatewayResponse', 'Authorizer'].map((type) => `AWS::ApiGateway::${type}`);
    const left = Object.values(resources).filter(({ Type, Properties }) => {
      return parts.includes(Type) && JSON.stringify(Properties.RestApiId) === JSON.stringify({ Ref: apiIds(kind) });
    });
    expect(left).toEqual([]);
  });

  test.each([
    ['Defined', 'api_key'],
    ['Swagger', 'key'],
  ])('of a definition (%s): authorizer, keys, gateway responses and routes are in it', (kind, key) => {
    const body = resources[apiIds(kind)]?.Properties.Body as Record<string, Record<string, Record<string, Json>>>;
    const schemes = (body.components?.securitySchemes ?? body.securityDefinitions) as Record<string, Json>;
    const quota = Object.keys(schemes).find((name) => name.endsWith('-quota')) ?? '';
    expect(schemes[quota]).toMatchObject({
      'x-amazon-apigateway-authtype': 'custom',
      'x-amazon-apigateway-authorizer': { type: 'request', authorizerResultTtlInSeconds: 0 },
    });
    expect(schemes[key]).toEqual({ type: 'apiKey', name: 'x-api-key', in: 'header' });
    expect(body['x-amazon-apigateway-api-key-source']).toBe('AUTHORIZER');
    expect(body['x-amazon-apigateway-gateway-responses']).toMatchObject({ ACCESS_DENIED: { statusCode: '402' } });
    expect(body.paths?.['/items/{id}']?.get?.security).toEqual([{ [quota]: [] }, { [key]: [] }]);
    expect(body.paths?.['/health']?.get?.security).toEqual([]);
    expect(body.paths?.['/billing/checkout/{token}']?.get).toMatchObject({
      parameters: [expect.objectContaining({ name: 'token', in: 'path', required: true })],
      security: [],
    });
  });

  test('has functions whose names are known before they are made, as a definition must not wait for them', () => {
    const named = Object.values(resources).filter(
      ({ Type, Properties }) => Type.endsWith('::Function') && Properties.FunctionName,
    );
    expect(named.map(({ Properties }) => Properties.FunctionName).sort()).toEqual([
      expect.stringMatching(/^Adopted-Paywall-Authorizer-Handler-\w{8}$/),
      expect.stringMatching(/^Adopted-Paywall-Billing-Handler-\w{8}$/),
      expect.stringMatching(/^Adopted-Paywall-Mcp-Handler-\w{8}$/),
      expect.stringMatching(/^Adopted-Paywall-StripeWebhook-Handler-\w{8}$/),
    ]);
  });
});

describe('a definition', () => {
  const signed = { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' };
  const secured = (scheme: string) => ({ get: { ...ONE_OPERATION.get, security: [{ [scheme]: [] }] } });

  test('is written into, and what it says itself stays', () => {
    // GIVEN an API with operations of its own, and a method and a gateway response beside the definition
    const paths = { '/items': ONE_OPERATION, '/signed': secured('signed'), '/openapi.json': ONE_OPERATION };
    const { stack, paywall, api } = definedApp({ components: { securitySchemes: { signed } } }, paths);
    const fn = new LambdaFunction(stack, 'Fn', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('0'),
    });
    api.root.addResource('beside').addMethod('POST', new LambdaIntegration(fn));
    new GatewayResponse(stack, 'Mine', { restApi: api, type: ResponseType.RESOURCE_NOT_FOUND, statusCode: '410' });
    // WHEN
    paywall.protect(api, { open: ['GET /signed', 'GET /openapi.json'] });
    // THEN
    const body = bodyOf(stack);
    expect(body.paths['/items'].get['x-amazon-apigateway-integration']).toEqual({ type: 'mock' });
    expect(body.paths['/signed'].get.security).toEqual([{ signed: [] }]);
    expect(body.paths['/openapi.json'].get['x-amazon-apigateway-integration']).toEqual({ type: 'mock' });
    expect(body['x-amazon-apigateway-gateway-responses'].RESOURCE_NOT_FOUND).toEqual({ statusCode: '410' });
    const { security, 'x-amazon-apigateway-integration': beside } = body.paths['/beside'].post;
    expect([security.length, beside.type]).toEqual([2, 'aws_proxy']);
    expect(JSON.stringify(beside.uri)).toContain('{"Fn::GetAtt":["Fn9270CBC0","Arn"]}');
  });

  test('that changes is deployed again', () => {
    const deploymentOf = (version: string) => {
      const { stack, paywall, api } = definedApp({ info: { title: 'Items', version } });
      paywall.protect(api);
      return Object.keys(Template.fromStack(stack).findResources('AWS::ApiGateway::Deployment'));
    };
    expect(deploymentOf('1')).not.toEqual(deploymentOf('2'));
  });

  describe('that the finished app contradicts is refused', () => {
    let fault: unknown;
    beforeAll(() => {
      const authorizer = { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authorizer': {} };
      const pool = { ...authorizer, 'x-amazon-apigateway-authtype': 'cognito_user_pools' };
      const { stack, paywall, api } = definedApp(
        {
          components: { securitySchemes: { signed, authorizer, pool } },
          'x-amazon-apigateway-gateway-responses': { THROTTLED: {} },
        },
        {
          '/items': ONE_OPERATION,
          '/authorized': secured('authorizer'),
          '/pooled': secured('pool'),
          '/signed': secured('signed'),
        },
      );
      api.root.addResource('items').addMethod('GET', new MockIntegration());
      new Model(stack, 'Model', { restApi: api, schema: {} });
      paywall.protect(api, { costs: { 'POST /items': 2 } });
      try {
        Template.fromStack(stack);
      } catch (error) {
        fault = error;
      }
    });

    test.each([
      ['which has GET /items, GET /authorized, GET /pooled, GET /signed, GET /items, got: "POST /items"'],
      ['GET /authorized of Stack/Api has an authorizer of its own (CUSTOM)'],
      ['GET /pooled of Stack/Api has an authorizer of its own (COGNITO_USER_POOLS)'],
      ['GET /signed of Stack/Api has an authorizer of its own (AWS_IAM)'],
      ['the definition of Stack/Api sets the gateway response THROTTLED, which Stack/Paywall/Responses-Api/THROTTLED/'],
      ['Stack/Api/Default/items/GET/Resource is in the definition of Stack/Api already: remove one of the two'],
      ['Stack/Model/Resource stands beside the definition of Stack/Api: write it into the definition'],
    ])('%s', (message) => {
      expect(String(fault)).toContain(message);
    });
  });

  test('with the billing path is refused', () => {
    const { paywall, api } = definedApp({}, { '/billing/plans': ONE_OPERATION });
    expect(() => paywall.protect(api)).toThrow('`billingPath` must be free');
  });

  test.each([
    [{ openapi: undefined, swagger: '1.2' }, '`api` must be defined by OpenAPI 3 or 2.0, got for Stack/Api: "1.2"'],
    [{ paths: undefined }, 'got: that of Stack/Api, which has no `paths`'],
    [{ 'x-amazon-apigateway-api-key-source': 'HEADER' }, 'sets x-amazon-apigateway-api-key-source, got: HEADER'],
    [
      { components: { securitySchemes: { api_key: { type: 'http', scheme: 'basic' } } } },
      'must leave the name api_key to a scheme for the header x-api-key, got for Stack/Api: {"type":"http","scheme":"basic"}',
    ],
  ])('%j is refused at once', (members, message) => {
    const { paywall, api } = definedApp(members);
    expect(() => paywall.protect(api)).toThrow(message);
  });

  test('in S3 is refused, with the remedy', () => {
    const { stack, paywall } = emptyStack();
    const apiDefinition = ApiDefinition.fromBucket(
      Bucket.fromBucketName(stack, 'Bucket', 'definitions'),
      'openapi.json',
    );
    const api = new SpecRestApi(stack, 'Api', { cloudWatchRole: false, apiDefinition });
    expect(() => paywall.protect(api)).toThrow(
      /ApiDefinition\.fromInline\(JSON\.parse\(.*got: Stack\/Api, whose definition is in S3$/,
    );
  });
});

describe('an API that this app does not deploy', () => {
  function imported(options?: (api: IRestApi, stack: Stack) => ProtectOptions) {
    const { stack, paywall } = emptyStack();
    const api = RestApi.fromRestApiAttributes(stack, 'Api', { restApiId: 'abc', rootResourceId: 'def' });
    return { stack, api, protect: () => paywall.protect(api, options?.(api, stack)) };
  }
  const theirs = (restApi: IRestApi, stack: Stack) =>
    Stage.fromStageAttributes(stack, 'Prod', { restApi, stageName: 'prod' });

  test('needs its stage', () => {
    expect(imported().protect).toThrow(/Stack\/Api is imported: pass the stage that serves it, .* got: undefined$/);
  });

  test('needs its root', () => {
    const { stack, paywall } = emptyStack();
    expect(() => paywall.protect(RestApi.fromRestApiId(stack, 'Api', 'abc'))).toThrow(
      /import it by `RestApi.fromRestApiAttributes` .* got: Stack\/Api$/,
    );
  });

  test('has no access log that refunds could be told by', () => {
    const { protect } = imported((api, stack) => ({ stage: theirs(api, stack) }));
    expect(protect).toThrow(
      /^`refund` needs the access log of Stack\/Prod, .*`refund: Refund.onServerError\(\{ accessLog \}\)`/,
    );
  });

  test('gives back by the access log that is named', () => {
    const { stack, protect } = imported((api, scope) => ({
      stage: theirs(api, scope),
      refund: Refund.onServerError({ accessLog: LogGroup.fromLogGroupName(scope, 'Log', 'their-log') }),
    }));
    protect();
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Logs::SubscriptionFilter', { LogGroupName: 'their-log' });
    template.resourceCountIs('AWS::ApiGateway::Account', 0);
  });

  test('is refused with the stage of another one', () => {
    const { protect } = imported((_, stack) => ({
      stage: theirs(RestApi.fromRestApiAttributes(stack, 'Other', { restApiId: 'x', rootResourceId: 'y' }), stack),
    }));
    expect(protect).toThrow('`stage` must be one of Stack/Api, got: Stack/Prod');
  });

  test('but deploys itself to a stage of its own, is deployed after its methods, and again when they change', () => {
    const { stack, paywall } = emptyStack();
    const api = new RestApi(stack, 'Api', { deploy: false, cloudWatchRole: false });
    const deployment = new Deployment(stack, 'Deployment', { api });
    const stage = new Stage(stack, 'Stage', { deployment });
    api.root.addResource('items').addMethod('GET', new MockIntegration());
    paywall.protect(api, { stage });
    const found = Template.fromStack(stack).findResources('AWS::ApiGateway::Deployment');
    const [[id, { DependsOn }]] = Object.entries(found) as [[string, { DependsOn: string[] }]];
    // The hash of what it is made of; without one, it is deployed once and for all.
    expect(id).toMatch(/^Deployment[0-9A-F]{8}[0-9a-f]{32}$/);
    expect(DependsOn).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ApiitemsGET/), expect.stringMatching(/THROTTLED/)]),
    );
  });
});

test('an API whose functions get names is deployed again, as they are others then', () => {
  const deploymentOf = (isBesideDefinition: boolean) => {
    const { stack, paywall, api } = definedApp();
    const other = new RestApi(stack, 'Other', { cloudWatchRole: false });
    other.root.addMethod('GET', new MockIntegration());
    paywall.protect(other);
    if (isBesideDefinition) {
      paywall.protect(api);
    }
    const deployments = Template.fromStack(stack).findResources('AWS::ApiGateway::Deployment');
    return Object.keys(deployments).find((id) => id.startsWith('Other'));
  };
  expect(deploymentOf(true)).not.toBe(deploymentOf(false));
});
