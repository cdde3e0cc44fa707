import { type App, Stack } from 'aws-cdk-lib';
import {
  ApiDefinition,
  Cors,
  LambdaIntegration,
  LambdaRestApi,
  MockIntegration,
  RestApi,
  SpecRestApi,
  Stage,
  StepFunctionsRestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DefinitionBody, Pass, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Payments, Paywall, Plan, Price, Quota, Refund } from '../../lib';

/** The APIs that a paywall did not make, by the construct's id. */
export const ADOPTED = ['Proxy', 'Defined', 'Swagger', 'Imported'] as const;

const BACKEND = `exports.handler = async (event) => ({
  statusCode: 200,
  body: JSON.stringify({ path: event.path, customer: event.requestContext.authorizer?.customer }),
});`;

/** One paywall in front of an API of every kind, each of which has `GET /items/{id}` for two units, and `GET /health` for nothing. */
export function adoptedApis(app: App): void {
  const elsewhere = new Stack(app, 'Elsewhere');
  const owned = new RestApi(elsewhere, 'Api', { cloudWatchRole: false, apiKeySourceType: 'AUTHORIZER' as never });
  owned.root.addResource('theirs').addMethod('GET', new MockIntegration());
  const stack = new Stack(app, 'Adopted');
  const handler = new LambdaFunction(stack, 'Backend', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline(BACKEND),
  });
  const proxy = new LambdaRestApi(stack, 'Proxy', {
    handler,
    cloudWatchRole: false,
    defaultCorsPreflightOptions: { allowOrigins: Cors.ALL_ORIGINS },
  });
  const invocation = `arn:aws:apigateway:${stack.region}:lambda:path/2015-03-31/functions/${handler.functionArn}/invocations`;
  const defined = new SpecRestApi(stack, 'Defined', {
    cloudWatchRole: false,
    apiDefinition: ApiDefinition.fromInline(openApi3(invocation)),
  });
  const swagger = new SpecRestApi(stack, 'Swagger', {
    cloudWatchRole: false,
    apiDefinition: ApiDefinition.fromInline(openApi2(invocation)),
  });
  const imported = RestApi.fromRestApiAttributes(stack, 'Imported', {
    restApiId: owned.restApiId,
    rootResourceId: owned.root.resourceId,
  });
  imported.root.addResource('items').addResource('{id}').addMethod('GET', new LambdaIntegration(handler));
  imported.root.addResource('health').addMethod('GET', new LambdaIntegration(handler));
  const stateMachine = new StateMachine(stack, 'Steps', {
    stateMachineType: StateMachineType.EXPRESS,
    definitionBody: DefinitionBody.fromChainable(new Pass(stack, 'Pass')),
  });
  const workflow = new StepFunctionsRestApi(stack, 'Workflow', {
    cloudWatchRole: false,
    stateMachine,
    authorizer: true,
  });
  const paywall = new Paywall(stack, 'Paywall', {
    plans: [
      Plan.free('free', { quota: Quota.perMonth(4) }),
      Plan.paid('pro', { quota: Quota.perMonth(1_000), price: Price.monthly(2900, 'usd') }),
    ],
    payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'Stripe', 'stripe/secret-key') }),
  });
  const costs = { 'GET /items/{id}': 2 };
  const open = ['GET /health'];
  paywall.protect(proxy, { costs: { 'ANY /{proxy+}': 2 } });
  paywall.protect(defined, { costs, open, cors: { allowOrigins: Cors.ALL_ORIGINS } });
  paywall.protect(swagger, { costs, open });
  const stage = Stage.fromStageAttributes(stack, 'Theirs', { restApi: imported, stageName: 'prod' });
  paywall.protect(imported, { costs, open, stage, refund: Refund.none() });
  paywall.protect(workflow);
}

function integration(uri: string) {
  return { 'x-amazon-apigateway-integration': { type: 'aws_proxy', httpMethod: 'POST', uri } };
}

const HEALTHY = {
  'x-amazon-apigateway-integration': {
    type: 'mock',
    passthroughBehavior: 'never',
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    responses: { default: { statusCode: '200', responseTemplates: { 'application/json': '{"healthy": true}' } } },
  },
};

function openApi3(uri: string) {
  return {
    openapi: '3.0.1',
    info: { title: 'Items', version: '7' },
    paths: {
      '/items/{id}': {
        parameters: [{ $ref: '#/components/parameters/Id' }],
        get: {
          operationId: 'getItem',
          summary: 'One item',
          parameters: [{ name: 'unit', in: 'query', required: true, schema: { enum: ['kg', 'lb'] } }],
          responses: {
            200: {
              description: 'The item',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Item' } } },
            },
          },
          'x-amazon-apigateway-request-validator': 'parameters',
          ...integration(uri),
        },
      },
      '/told': {
        'x-amazon-apigateway-any-method': {
          responses: { 200: { description: 'Told' } },
          ...HEALTHY,
        },
      },
      '/health': { get: { responses: { 200: { description: 'Well' } }, ...HEALTHY } },
    },
    components: {
      parameters: { Id: { name: 'id', in: 'path', required: true, schema: { type: 'string' } } },
      schemas: {
        Item: {
          type: 'object',
          properties: { weight: { type: 'number', nullable: true }, problem: { $ref: '#/components/schemas/Problem' } },
        },
        Problem: { type: 'object', description: 'What is wrong with an item' },
      },
    },
    'x-amazon-apigateway-request-validators': { parameters: { validateRequestParameters: true } },
    'x-amazon-apigateway-gateway-responses': { RESOURCE_NOT_FOUND: { statusCode: 410 } },
  };
}

function openApi2(uri: string) {
  return {
    swagger: '2.0',
    info: { title: 'Items', version: '7' },
    paths: {
      '/items/{id}': {
        get: {
          parameters: [{ name: 'id', in: 'path', required: true, type: 'string' }],
          responses: { 200: { description: 'The item' } },
          security: [{ key: [] }],
          ...integration(uri),
        },
      },
      '/health': { get: { responses: { 200: { description: 'Well' } }, security: [{ key: [] }], ...HEALTHY } },
    },
    securityDefinitions: { key: { type: 'apiKey', name: 'x-api-key', in: 'header' } },
  };
}
