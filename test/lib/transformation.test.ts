import { Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  AwsIntegration,
  type CfnMethod,
  HttpIntegration,
  type Integration,
  JsonSchemaType,
  LambdaIntegration,
  type MethodOptions,
  MockIntegration,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CallerContext, CallerHeaders, type ProtectOptions, RequestValidation, UpstreamAuth } from '../../lib';
import { CREDENTIAL_HEADERS } from '../../lib/private/credential-headers';
import { RequestValidators } from '../../lib/private/request-validators';
import { Transformation } from '../../lib/private/transformation';
import { paidApp } from './app';

const TOLD = {
  'integration.request.header.x-paywall-customer': 'context.authorizer.customer',
  'integration.request.header.x-paywall-plan': 'context.authorizer.plan',
  'integration.request.header.x-paywall-remaining': 'context.authorizer.remainingUnits',
};
const NOBODY = Object.fromEntries(Object.keys(TOLD).map((target) => [target, "'-'"]));

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';

const SCHEMA = {
  type: JsonSchemaType.OBJECT,
  required: ['city'],
  properties: { city: { type: JsonSchemaType.STRING } },
};

function backend(requestParameters?: Record<string, string>, proxy = true): HttpIntegration {
  return new HttpIntegration('https://backend.example/', { proxy, options: { requestParameters } });
}

describe('an API of all kinds of integration', () => {
  const { stack, api, backend: lambdaProxy, paywall } = paidApp();
  const handler = stack.node.findChild('Backend') as LambdaFunction;
  const add = (path: string, integration: Integration, httpMethod = 'GET', options: MethodOptions = {}) =>
    api.root.addResource(path).addMethod(httpMethod, integration, options);
  add('proxy', backend({ 'integration.request.header.X-Own': "'own'" }));
  add('mapped', backend(undefined, false));
  add('service', new AwsIntegration({ service: 'sqs', path: 'queue' }));
  add('custom', new LambdaIntegration(handler, { proxy: false }));
  add('lambda', lambdaProxy, 'ANY');
  add('public', backend());
  add('preflight', backend(), 'OPTIONS');
  add('upstream', backend(), 'POST');
  const custom = add('bearer', backend(), 'POST');
  add('validated', backend(), 'POST', { requestParameters: { 'method.request.header.X-Own': false } });
  add('searched', backend());
  const key = new Secret(stack, 'UpstreamKey');
  paywall.protect(api, {
    open: ['GET /public'],
    upstreamAuth: {
      'POST /upstream': UpstreamAuth.fromSecret(key, { header: 'X-Api-Key', jsonField: 'key', versionId: 'v-2' }),
      'ANY /bearer': UpstreamAuth.fromSecret(key, { prefix: 'Bearer ' }),
    },
    requests: {
      'POST /validated': RequestValidation.json(SCHEMA, { headers: ['X-Tenant'] }),
      'ANY /searched': RequestValidation.parameters({ queryParameters: ['q'] }),
    },
  });
  const template = Template.fromStack(stack);
  const methodOf = (path: string) => {
    const [resourceId] = Object.keys(
      template.findResources('AWS::ApiGateway::Resource', { Properties: { PathPart: path } }),
    );
    const methods = template.findResources('AWS::ApiGateway::Method', {
      Properties: { ResourceId: { Ref: resourceId } },
    });
    return Object.values(methods)[0]?.Properties;
  };
  const mappingsOf = (path: string) => methodOf(path).Integration.RequestParameters;

  test('backends by HTTP are told who calls, beside what the app maps itself', () => {
    expect(mappingsOf('proxy')).toEqual({ ...TOLD, 'integration.request.header.X-Own': "'own'" });
    expect(mappingsOf('mapped')).toEqual(TOLD);
  });

  test('where nobody is known, they are told so, and never what the caller says', () => {
    expect(mappingsOf('public')).toEqual(NOBODY);
    expect(mappingsOf('preflight')).toEqual(NOBODY);
  });

  test.each(['service', 'custom', 'lambda'])(
    'what of AWS stands behind %s is sent no header, as it would not see it',
    (path) => {
      expect(mappingsOf(path)).toBeUndefined();
    },
  );

  test('an upstream is shown the key by a reference that CloudFormation follows, and no credential of the customer', () => {
    const reference = (text: string) => ({
      'Fn::Join': [
        '',
        ["'{{resolve:secretsmanager:", { Ref: stack.getLogicalId(key.node.defaultChild as never) }, text],
      ],
    });
    expect(mappingsOf('upstream')).toEqual({
      ...TOLD,
      'integration.request.header.X-Api-Key': reference(":SecretString:key::v-2}}'"),
      'integration.request.header.authorization': "'none'",
      'integration.request.header.payment-authorization': "'none'",
    });
    expect(JSON.stringify(mappingsOf('bearer')['integration.request.header.authorization'])).toContain(
      "'Bearer {{resolve",
    );
    expect(mappingsOf('bearer')['integration.request.header.x-api-key']).toBe("'none'");
    expect(custom.resource.path).toBe('/bearer');
  });

  test('a request is validated against a model, whatever type it says its body is of', () => {
    const method = methodOf('validated');
    expect(method.RequestParameters).toEqual({
      'method.request.header.X-Own': false,
      'method.request.header.X-Tenant': true,
    });
    expect(Object.keys(method.RequestModels)).toEqual(['application/json', '$default']);
    expect(method.RequestModels.$default).toEqual(method.RequestModels['application/json']);
    template.hasResourceProperties('AWS::ApiGateway::Model', { Schema: Match.objectLike({ required: ['city'] }) });
    template.hasResourceProperties('AWS::ApiGateway::RequestValidator', {
      ValidateRequestBody: true,
      ValidateRequestParameters: true,
    });
    expect(methodOf('searched').RequestModels).toBeUndefined();
    expect(methodOf('searched').RequestParameters).toEqual({ 'method.request.querystring.q': true });
  });

  test.each(['BAD_REQUEST_BODY', 'BAD_REQUEST_PARAMETERS'])(
    '%s is a 400 in the style of the others',
    (ResponseType) => {
      template.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
        ResponseType,
        StatusCode: '400',
        ResponseParameters: Match.objectLike({ 'gatewayresponse.header.Content-Type': "'application/problem+json'" }),
        ResponseTemplates: {
          'application/json': Match.stringLikeRegexp('"title":"Bad Request".*\\$context\\.error\\.'),
        },
      });
    },
  );
});

test('without `requests`, refusals of the app’s own validators stay worded as the app has them', () => {
  const { stack, api, paywall } = paidApp();
  paywall.protect(api);
  Template.fromStack(stack).resourcePropertiesCountIs('AWS::ApiGateway::GatewayResponse', { StatusCode: '400' }, 0);
});

interface Found {
  readonly httpMethod?: string;
  readonly options?: MethodOptions;
  readonly change?: (method: CfnMethod) => void;
}

/** What is said of a method of an API, without a paywall around it. */
function apply(
  props: ProtectOptions,
  integration: Integration,
  { httpMethod = 'GET', options, change = () => undefined }: Found = {},
) {
  const stack = new Stack();
  const api = new RestApi(stack, 'Api', { cloudWatchRole: false });
  const method = api.root.addResource('x').addMethod(httpMethod, integration, options).node.defaultChild as CfnMethod;
  change(method);
  const protectedApi = { api, stage: api.deploymentStage };
  const transformation = new Transformation(protectedApi, new RequestValidators(stack, 'Requests', api), props);
  const faults = transformation.apply(method, { httpMethod, resourcePath: '/x' }, 'protected');
  const { requestParameters } = method.integration as CfnMethod.IntegrationProperty;
  return { faults, mappings: requestParameters as Record<string, string> | undefined };
}

function keyedUpstreams(route = 'ANY /*', header = 'X-Key'): ProtectOptions {
  const key = Secret.fromSecretNameV2(new Stack(), 'Key', 'upstream/key');
  return { upstreamAuth: { [route]: UpstreamAuth.fromSecret(key, { header }) } };
}

describe('caller headers', () => {
  test('have the names that one gives them', () => {
    const { mappings } = apply({ callerHeaders: CallerHeaders.named({ customer: 'X-Who' }) }, backend());
    expect(mappings).toMatchObject({
      'integration.request.header.X-Who': 'context.authorizer.customer',
      'integration.request.header.x-paywall-plan': 'context.authorizer.plan',
    });
  });

  test('are none where they are turned off', () => {
    expect(apply({ callerHeaders: CallerHeaders.none() }, backend()).mappings).toBeUndefined();
  });

  test("replace the app's own of the same source, whatever its case", () => {
    const own = { 'integration.request.header.X-Paywall-Plan': CallerContext.PLAN.parameter };
    const { faults, mappings } = apply({}, backend(own));
    expect(faults).toEqual([]);
    expect(mappings).toEqual(TOLD);
  });

  test("stand in the way of the app's own of another source, and the message says what to do", () => {
    const own = { 'integration.request.header.X-Paywall-Plan': 'method.request.header.X-Plan' };
    expect(apply({}, backend(own)).faults).toEqual([
      'GET /x of Default/Api maps integration.request.header.X-Paywall-Plan itself, which `callerHeaders` sets: remove the mapping, ' +
        'or name another header',
    ]);
  });

  test('cannot be set beside mappings that are not known before the deployment', () => {
    const change = (method: CfnMethod) => {
      const integration = method.integration as CfnMethod.IntegrationProperty;
      method.integration = { ...integration, requestParameters: Lazy.any({ produce: () => ({}) }) };
    };
    expect(apply({}, backend(), { change }).faults).toEqual([expect.stringContaining('maps its request by a token')]);
    expect(apply({ callerHeaders: CallerHeaders.none() }, backend(), { change }).faults).toEqual([]);
  });

  test.each([
    ['', 'CallerHeaders.named: plan'],
    ['x plan', 'CallerHeaders.named: plan'],
    ['Host', 'CallerHeaders.named: plan'],
    ['X-Amzn-Trace-Id', 'CallerHeaders.named: plan'],
    ['X-PAYWALL-CUSTOMER', 'must name distinct headers'],
  ])('cannot be named %j', (plan, message) => {
    expect(() => CallerHeaders.named({ plan })).toThrow(message);
  });
});

describe('the key of an upstream', () => {
  test.each([
    ['a Lambda proxy', new LambdaIntegration(LambdaFunction.fromFunctionArn(new Stack(), 'F', FUNCTION)), 'AWS_PROXY'],
    ['a service of AWS', new AwsIntegration({ service: 'sqs', path: 'queue' }), 'AWS'],
  ])('cannot be sent to %s', (_, integration, type) => {
    expect(apply(keyedUpstreams(), integration).faults).toEqual([
      `GET /x of Default/Api has an integration of type ${type}, and \`upstreamAuth["ANY /*"]\` is for HTTP and HTTP_PROXY: name narrower ` +
        'routes; a Lambda function reads the secret itself (`secret.grantRead(fn)`)',
    ]);
  });

  test('is of no use to a mock, which is left alone', () => {
    expect(apply(keyedUpstreams(), new MockIntegration()).faults).toEqual([]);
  });

  test('of the narrowest route is the one that is sent', () => {
    const key = Secret.fromSecretNameV2(new Stack(), 'Key', 'upstream/key');
    const named = (header: string) => UpstreamAuth.fromSecret(key, { header });
    const upstreamAuth = { 'ANY /*': named('X-All'), 'ANY /x': named('X-Any'), 'GET /x': named('X-Get') };
    const { mappings } = apply({ upstreamAuth }, backend());
    expect(Object.keys(mappings ?? {})).toContain('integration.request.header.X-Get');
    expect(Object.keys(mappings ?? {}).join()).not.toMatch(/X-All|X-Any/);
  });

  test.each(CREDENTIAL_HEADERS)(
    'does not go with the %s of the customer, under whichever name the app passes it on',
    (name) => {
      const source = `method.request.header.${name.toUpperCase()}`;
      expect(apply(keyedUpstreams(), backend({ 'integration.request.header.X-Other': source })).faults).toEqual([
        `GET /x of Default/Api passes on ${source}, which \`upstreamAuth["ANY /*"]\` keeps from the upstream`,
      ]);
    },
  );

  test.each([
    ['http://upstream.example/', 1],
    ['http://localhost.example/', 1],
    ['http://127.0.0.1:4020/', 0],
    ['http://[::1]/', 0],
    ['https://upstream.example/', 0],
  ])('is not sent in clear: %s', (url, count) => {
    const { faults } = apply(keyedUpstreams(), new HttpIntegration(url));
    expect(faults.filter((fault) => fault.includes('calls its upstream by plain http'))).toHaveLength(count);
  });

  test('is not said where the app has set its header to something else', () => {
    const { faults } = apply(keyedUpstreams(), backend({ 'integration.request.header.x-key': "'hush'" }));
    expect(faults).toHaveLength(1);
    expect(faults.join()).not.toMatch(/hush|resolve/);
  });

  test('is not to be traced into a log', () => {
    const { stack, api, paywall } = paidApp({}, { deployOptions: { dataTraceEnabled: true } });
    api.root.addResource('up').addMethod('GET', backend());
    paywall.protect(api, keyedUpstreams('GET /up'));
    expect(() => Template.fromStack(stack)).toThrow('Stack/Api has `dataTraceEnabled`');
  });

  test('has a reference of its own for each version, so that naming the next one deploys the stage anew', () => {
    const deploymentWith = (versionId: string) => {
      const { stack, api, paywall } = paidApp();
      api.root.addResource('up').addMethod('GET', backend());
      const key = Secret.fromSecretNameV2(stack, 'Key', 'upstream/key');
      paywall.protect(api, { upstreamAuth: { 'GET /up': UpstreamAuth.fromSecret(key, { versionId }) } });
      return Object.keys(Template.fromStack(stack).findResources('AWS::ApiGateway::Deployment'));
    };
    expect(deploymentWith('one')).not.toEqual(deploymentWith('two'));
  });

  test.each([
    [{ header: 'Content-Length' }, 'header'],
    [{ prefix: "it's " }, 'prefix'],
    [{ prefix: 'a\nb' }, 'prefix'],
    [{ jsonField: 'a:b' }, 'jsonField'],
    [{ versionId: '' }, 'versionId'],
  ])('refuses %j', (options, prop) => {
    const key = Secret.fromSecretNameV2(new Stack(), 'Key', 'upstream/key');
    expect(() => UpstreamAuth.fromSecret(key, options)).toThrow(`\`UpstreamAuth.fromSecret: ${prop}\``);
  });
});

describe('a validation', () => {
  const requests = (route: string) => ({ requests: { [route]: RequestValidation.json(SCHEMA) } });

  test("stands in the way of the app's own", () => {
    const change = (method: CfnMethod) => {
      method.requestValidatorId = 'abc123';
    };
    expect(apply(requests('GET /x'), backend(), { change }).faults).toEqual([
      expect.stringMatching(
        /^GET \/x of Default\/Api has a request validator or models of its own, and `requests\["GET \/x"\]`/,
      ),
    ]);
  });

  test('of one method cannot be that of all, which API Gateway takes for one', () => {
    expect(apply(requests('POST /x'), backend(), { httpMethod: 'ANY' }).faults).toEqual([
      'ANY /x of Default/Api is one method to API Gateway, which validates all its requests alike: `requests["POST /x"]` must name it as ANY',
    ]);
    expect(apply(requests('ANY /x'), backend(), { httpMethod: 'ANY' }).faults).toEqual([]);
  });

  test.each([
    [{ propertyNames: {} }, '`propertyNames`, got it at: /'],
    [{ properties: { a: { items: [{ contains: {} }] } } }, '`contains`, got it at: /properties/a/items/0'],
    [{ additionalProperties: { not: { contains: {} } } }, '`contains`, got it at: /additionalProperties/not'],
  ])('takes no schema of a later draft: %j', (schema, message) => {
    expect(() => RequestValidation.json(schema)).toThrow(message);
  });

  test.each([
    [() => RequestValidation.parameters({}), 'must name a parameter'],
    [() => RequestValidation.parameters({ queryParameters: ['a b'] }), 'queryParameters` must be names'],
    [() => RequestValidation.json({}, { headers: ['X:Y'] }), 'headers` must be names'],
  ])('names its parameters', (make, message) => {
    expect(make).toThrow(message);
  });
});

test.each(['upstreamAuth', 'requests'])('`%s` must name routes that there are', (prop) => {
  const { stack, api, paywall } = paidApp();
  const options = { ...keyedUpstreams('GET /nowhere'), requests: { 'GET /nowhere': RequestValidation.json({}) } };
  paywall.protect(api, { [prop]: options[prop as keyof typeof options] });
  expect(() => Template.fromStack(stack)).toThrow(`\`${prop}\` must name routes of the API Stack/Api`);
});
