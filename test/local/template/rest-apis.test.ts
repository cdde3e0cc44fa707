import { Duration, type Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { Alias } from 'aws-cdk-lib/aws-lambda';
import { inlineFunction, methodOf, modelOf, onlyApi, removeTemporaryFolders } from './synthesized';

afterAll(removeTemporaryFolders);

const { LambdaIntegration, MockIntegration, RestApi } = apigateway;

describe('routes', () => {
  const api = onlyApi(
    modelOf((stack) => {
      const restApi = new RestApi(stack, 'Api', {
        restApiName: 'weather',
        binaryMediaTypes: ['image/png'],
        defaultCorsPreflightOptions: { allowOrigins: ['https://example.com'] },
      });
      const fn = inlineFunction(stack, 'Fn');
      const items = restApi.root.addResource('items');
      items.addMethod('GET', new LambdaIntegration(fn));
      items.addResource('{id}').addMethod('ANY', new LambdaIntegration(fn));
      restApi.root.addResource('files').addProxy({ defaultIntegration: new LambdaIntegration(fn) });
      restApi.root.addMethod('POST', new LambdaIntegration(fn), { apiKeyRequired: true });
    }),
  );

  test('hold the API itself', () => {
    expect(api).toMatchObject({
      id: expect.stringMatching(/^[a-z0-9]{10}$/),
      logicalId: 'ApiF70053CD',
      path: 'Stack/Api',
      name: 'weather',
      stageName: 'prod',
      stageVariables: {},
      apiKeySource: 'HEADER',
      binaryMediaTypes: ['image/png'],
      gatewayResponses: {},
      usagePlans: [],
    });
  });

  test('follow the tree of resources', () => {
    const routes = api.methods.map(({ httpMethod, resourcePath }) => `${httpMethod} ${resourcePath}`);

    expect(routes.sort()).toEqual([
      'ANY /files/{proxy+}',
      'ANY /items/{id}',
      'GET /items',
      'OPTIONS /',
      'OPTIONS /files',
      'OPTIONS /files/{proxy+}',
      'OPTIONS /items',
      'OPTIONS /items/{id}',
      'POST /',
    ]);
  });

  test('lead to the function', () => {
    expect(methodOf(api, 'ANY /items/{id}')).toEqual({
      path: 'Stack/Api/Default/items/{id}/ANY',
      httpMethod: 'ANY',
      resourceId: expect.stringMatching(/^[a-z0-9]{6}$/),
      resourcePath: '/items/{id}',
      apiKeyRequired: false,
      requestParameters: {},
      integration: {
        type: 'AWS_PROXY',
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Stack-Fn9270CBC0',
        requestParameters: {},
        requestTemplates: {},
        passthroughBehavior: 'WHEN_NO_MATCH',
        integrationResponses: [],
        timeoutMillis: 29_000,
        cacheKeyParameters: [],
      },
    });
    expect(methodOf(api, 'POST /').apiKeyRequired).toBe(true);
  });

  test('answer a CORS preflight by a mock', () => {
    expect(methodOf(api, 'OPTIONS /items').integration).toMatchObject({
      type: 'MOCK',
      requestTemplates: { 'application/json': '{ statusCode: 200 }' },
      integrationResponses: [
        {
          statusCode: '204',
          responseParameters: { 'method.response.header.Access-Control-Allow-Origin': "'https://example.com'" },
          responseTemplates: {},
        },
      ],
    });
  });
});

describe('integrations', () => {
  test('of HTTP keep their mapping', () => {
    const api = onlyApi(
      modelOf((stack) => {
        const restApi = new RestApi(stack, 'Api', { deployOptions: { variables: { host: 'backend.example.com' } } });
        // biome-ignore lint/suspicious/noTemplateCurlyInString: API Gateway's own syntax
        const integration = new apigateway.HttpIntegration('https://${stageVariables.host}/v1/{id}', {
          httpMethod: 'PUT',
          options: {
            requestParameters: { 'integration.request.path.id': 'method.request.path.id' },
            timeout: Duration.seconds(5),
            passthroughBehavior: apigateway.PassthroughBehavior.NEVER,
          },
        });
        restApi.root.addResource('{id}').addMethod('GET', integration, {
          requestParameters: { 'method.request.path.id': true },
        });
      }),
    );

    expect(methodOf(api, 'GET /{id}').integration).toMatchObject({
      type: 'HTTP_PROXY',
      httpMethod: 'PUT',
      uri: 'https://backend.example.com/v1/{id}',
      requestParameters: { 'integration.request.path.id': 'method.request.path.id' },
      passthroughBehavior: 'NEVER',
      timeoutMillis: 5000,
    });
  });

  test('with an alias keep it', () => {
    const api = onlyApi(
      modelOf((stack) => {
        const version = inlineFunction(stack, 'Fn').currentVersion;
        const alias = new Alias(stack, 'Live', { aliasName: 'live', version });
        new RestApi(stack, 'Api').root.addMethod('GET', new LambdaIntegration(alias));
      }),
    );

    expect(methodOf(api, 'GET /').integration.functionArn).toMatch(/:function:Stack-Fn9270CBC0:live$/);
  });
});

describe('authorizers', () => {
  function authorized(create: (stack: Stack) => apigateway.IAuthorizer) {
    const api = onlyApi(
      modelOf((stack) => {
        new RestApi(stack, 'Api').root.addMethod('GET', new MockIntegration(), { authorizer: create(stack) });
      }),
    );
    return methodOf(api, 'GET /').authorizer;
  }

  test('by request, without a cache', () => {
    const authorizer = authorized(
      (stack) =>
        new apigateway.RequestAuthorizer(stack, 'Auth', {
          handler: inlineFunction(stack, 'Fn'),
          identitySources: [],
          resultsCacheTtl: Duration.seconds(0),
        }),
    );

    expect(authorizer).toEqual({
      id: expect.stringMatching(/^[a-z0-9]{6}$/),
      name: expect.stringContaining('StackAuth'),
      type: 'REQUEST',
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Stack-Fn9270CBC0',
      identitySources: [],
      resultTtl: 0,
    });
  });

  test('by request, with identity sources and the cache of 300 seconds that is the default', () => {
    const authorizer = authorized(
      (stack) =>
        new apigateway.RequestAuthorizer(stack, 'Auth', {
          handler: inlineFunction(stack, 'Fn'),
          identitySources: [
            apigateway.IdentitySource.header('Authorization'),
            apigateway.IdentitySource.queryString('tenant'),
          ],
        }),
    );

    expect(authorizer).toMatchObject({
      identitySources: ['method.request.header.Authorization', 'method.request.querystring.tenant'],
      resultTtl: 300,
    });
  });

  test('by token', () => {
    const authorizer = authorized(
      (stack) =>
        new apigateway.TokenAuthorizer(stack, 'Auth', {
          handler: inlineFunction(stack, 'Fn'),
          validationRegex: '^Bearer .+$',
        }),
    );

    expect(authorizer).toMatchObject({
      type: 'TOKEN',
      identitySources: ['method.request.header.Authorization'],
      identityValidation: '^Bearer .+$',
    });
  });
});

test('parameters are required where a validator asks for them', () => {
  const api = onlyApi(
    modelOf((stack) => {
      const restApi = new RestApi(stack, 'Api');
      const requestParameters = { 'method.request.querystring.q': true, 'method.request.header.x': false };
      restApi.root.addMethod('GET', new MockIntegration(), { requestParameters });
      restApi.root.addMethod('POST', new MockIntegration(), {
        requestParameters,
        requestValidatorOptions: { validateRequestParameters: true },
      });
    }),
  );

  expect(methodOf(api, 'GET /').requestParameters).toEqual({
    'method.request.querystring.q': false,
    'method.request.header.x': false,
  });
  expect(methodOf(api, 'POST /').requestParameters).toEqual({
    'method.request.querystring.q': true,
    'method.request.header.x': false,
  });
});

test('gateway responses', () => {
  const model = modelOf((stack) => {
    const restApi = new RestApi(stack, 'Api');
    restApi.root.addMethod('GET');
    restApi.addGatewayResponse('PaymentRequired', {
      type: apigateway.ResponseType.ACCESS_DENIED,
      statusCode: '402',
      responseHeaders: { 'Cache-Control': "'no-store'" },
      templates: { 'application/problem+json': '$context.authorizer.problem' },
    });
    restApi.addGatewayResponse('Misspelt', { type: apigateway.ResponseType.of('QUOTA_EXEEDED') });
  });

  expect(onlyApi(model).gatewayResponses).toEqual({
    ACCESS_DENIED: {
      statusCode: '402',
      responseParameters: { 'gatewayresponse.header.Cache-Control': "'no-store'" },
      responseTemplates: { 'application/problem+json': '$context.authorizer.problem' },
    },
  });
  expect(model.unserved).toEqual([
    {
      path: 'Stack/Api/Misspelt',
      type: 'AWS::ApiGateway::GatewayResponse',
      reason: 'API Gateway has no response type "QUOTA_EXEEDED"',
    },
  ]);
});
