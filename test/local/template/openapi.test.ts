import { ApiDefinition, SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { inlineFunction, methodOf, modelOf, onlyApi, removeTemporaryFolders } from './synthesized';

afterAll(removeTemporaryFolders);

const model = modelOf((stack) => {
  const fn = inlineFunction(stack, 'Fn');
  const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${fn.functionArn}/invocations`;
  const lambda = { 'x-amazon-apigateway-integration': { type: 'aws_proxy', httpMethod: 'POST', uri } };
  const scheme = { type: 'apiKey', name: 'X-Token', in: 'header' };
  const definition = {
    openapi: '3.0.1',
    info: { title: 'weather', version: '1' },
    paths: {
      '/': { get: { responses: {}, ...lambda } },
      '/items/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        get: {
          parameters: [{ $ref: '#/components/parameters/Unit' }],
          'x-amazon-apigateway-request-validator': 'all',
          security: [{ token: [] }, { api_key: [] }],
          responses: {},
          ...lambda,
        },
      },
      '/{proxy+}': {
        'x-amazon-apigateway-any-method': {
          responses: {},
          'x-amazon-apigateway-integration': {
            type: 'http_proxy',
            httpMethod: 'ANY',
            uri: 'https://backend.example.com/{proxy}',
            passthroughBehavior: 'never',
            requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
            timeoutInMillis: 1000,
          },
        },
      },
      '/mock': {
        post: {
          responses: {},
          'x-amazon-apigateway-integration': {
            type: 'mock',
            requestTemplates: { 'application/json': '{"statusCode": 200}' },
            responses: {
              default: { statusCode: 200, responseTemplates: { 'application/json': '{}' } },
              '4\\d\\d': { statusCode: '404', responseParameters: { 'method.response.header.X': "'y'" } },
            },
          },
        },
      },
      '/signed': { get: { security: [{ signed: [] }], responses: {}, ...lambda } },
      '/pooled': { get: { security: [{ pool: [] }], responses: {}, ...lambda } },
    },
    components: {
      parameters: { Unit: { name: 'unit', in: 'query', required: true } },
      securitySchemes: {
        api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
        token: {
          ...scheme,
          'x-amazon-apigateway-authtype': 'custom',
          'x-amazon-apigateway-authorizer': {
            type: 'token',
            authorizerUri: uri,
            identityValidationExpression: '^t',
            authorizerResultTtlInSeconds: 60,
          },
        },
        signed: { ...scheme, 'x-amazon-apigateway-authtype': 'awsSigv4' },
        pool: {
          ...scheme,
          'x-amazon-apigateway-authtype': 'cognito_user_pools',
          'x-amazon-apigateway-authorizer': { type: 'cognito_user_pools', providerARNs: [] },
        },
      },
    },
    'x-amazon-apigateway-request-validators': { all: { validateRequestBody: true, validateRequestParameters: true } },
    'x-amazon-apigateway-gateway-responses': {
      THROTTLED: { statusCode: 420, responseParameters: { 'gatewayresponse.header.X': "'y'" } },
      NO_SUCH_TYPE: { statusCode: 500 },
    },
    'x-amazon-apigateway-binary-media-types': ['image/png'],
    'x-amazon-apigateway-api-key-source': 'AUTHORIZER',
  };
  new SpecRestApi(stack, 'Api', {
    apiDefinition: ApiDefinition.fromInline(definition),
    binaryMediaTypes: ['image/gif'],
  });
});
const api = onlyApi(model);

test('a definition makes the methods, by the paths that constructs would have', () => {
  expect(api.methods.map(({ path }) => path).sort()).toEqual([
    'Stack/Api/Default/GET',
    'Stack/Api/Default/items/{id}/GET',
    'Stack/Api/Default/mock/POST',
    'Stack/Api/Default/{proxy+}/ANY',
  ]);
});

test('the API itself is as the definition and the construct say together', () => {
  expect(api).toMatchObject({
    apiKeySource: 'AUTHORIZER',
    binaryMediaTypes: ['image/gif', 'image/png'],
    gatewayResponses: { THROTTLED: { statusCode: '420', responseParameters: { 'gatewayresponse.header.X': "'y'" } } },
  });
});

test('security schemes become authorizers and keys', () => {
  expect(methodOf(api, 'GET /').authorizer).toBeUndefined();
  expect(methodOf(api, 'GET /items/{id}')).toMatchObject({
    apiKeyRequired: true,
    authorizer: {
      name: 'token',
      type: 'TOKEN',
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Stack-Fn9270CBC0',
      identitySources: ['method.request.header.X-Token'],
      identityValidation: '^t',
      resultTtl: 60,
    },
  });
});

test('parameters are asked for, those of the path and those that are referred to as well', () => {
  expect(methodOf(api, 'GET /items/{id}').requestParameters).toEqual({
    'method.request.path.id': true,
    'method.request.querystring.unit': true,
  });
});

test('integrations are those that constructs would have made', () => {
  expect(methodOf(api, 'GET /').integration).toMatchObject({
    type: 'AWS_PROXY',
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Stack-Fn9270CBC0',
  });
  expect(methodOf(api, 'ANY /{proxy+}').integration).toMatchObject({
    type: 'HTTP_PROXY',
    httpMethod: 'ANY',
    uri: 'https://backend.example.com/{proxy}',
    passthroughBehavior: 'NEVER',
    requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
    timeoutMillis: 1000,
  });
  expect(methodOf(api, 'POST /mock').integration).toMatchObject({
    type: 'MOCK',
    integrationResponses: [
      { statusCode: '200', responseTemplates: { 'application/json': '{}' } },
      { statusCode: '404', selectionPattern: '4\\d\\d', responseParameters: { 'method.response.header.X': "'y'" } },
    ],
  });
});

test('what is not served is named as if it were a construct', () => {
  const reasons = model.unserved.map(({ path, reason }) => `${path}: ${reason}`);
  expect(reasons).toContain('Stack/Api/NO_SUCH_TYPE: API Gateway has no response type "NO_SUCH_TYPE"');
  expect(
    reasons.filter((reason) => reason.includes('its authorization is')).map((reason) => reason.split(':')[0]),
  ).toEqual(['Stack/Api/Default/signed/GET', 'Stack/Api/Default/pooled/GET']);
});

test('a definition that is not in the template is named', () => {
  const { apis, unserved } = modelOf((stack) => {
    const bucket = Bucket.fromBucketName(stack, 'Bucket', 'definitions');
    new SpecRestApi(stack, 'Api', { apiDefinition: ApiDefinition.fromBucket(bucket, 'openapi.json') });
  });
  expect(apis).toEqual([]);
  expect(unserved).toContainEqual(
    expect.objectContaining({ path: 'Stack/Api', reason: expect.stringContaining('inline definitions are served') }),
  );
});
