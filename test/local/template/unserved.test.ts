// biome-ignore-all lint/suspicious/noTemplateCurlyInString: API Gateway's own syntax
import type { Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { CfnApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Rule } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code, FunctionUrlAuthType, Function as LambdaFunction, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { inlineFunction, modelOf, onlyApi, removeTemporaryFolders, temporaryFolder } from './synthesized';

afterAll(removeTemporaryFolders);

const { MockIntegration, RestApi } = apigateway;

function reasons(build: (stack: Stack) => void): [string, string][] {
  return modelOf(build).unserved.map(({ path, reason }) => [path, reason]);
}

describe('methods that are not served are left out, and named', () => {
  test.each([
    [
      'AWS_IAM',
      (stack: Stack) => {
        new RestApi(stack, 'Api').root.addMethod('GET', new MockIntegration(), {
          authorizationType: apigateway.AuthorizationType.IAM,
        });
      },
      /^it is not served: its authorization is AWS_IAM;/,
    ],
    [
      'a user pool',
      (stack: Stack) => {
        const pool = UserPool.fromUserPoolId(stack, 'Pool', 'us-east-1_x');
        const authorizer = new apigateway.CognitoUserPoolsAuthorizer(stack, 'Auth', { cognitoUserPools: [pool] });
        new RestApi(stack, 'Api').root.addMethod('GET', new MockIntegration(), { authorizer });
      },
      /^it is not served: its authorization is COGNITO_USER_POOLS;/,
    ],
    [
      'an AWS service',
      (stack: Stack) => {
        new RestApi(stack, 'Api').root.addMethod(
          'GET',
          new apigateway.AwsIntegration({ service: 'sqs', path: '1/queue' }),
        );
      },
      /^it is not served: its integration is of type AWS;/,
    ],
    [
      'a function that is not waited for',
      (stack: Stack) => {
        const requestParameters = { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" };
        new RestApi(stack, 'Api').root.addMethod(
          'GET',
          new apigateway.LambdaIntegration(inlineFunction(stack, 'Fn'), { proxy: false, requestParameters }),
        );
      },
      /^it is not served: its function is invoked as 'Event';/,
    ],
    [
      'parts of a body in a mapping',
      (stack: Stack) => {
        const requestParameters = { 'integration.request.header.X-City': 'method.request.body.city' };
        new RestApi(stack, 'Api').root.addMethod(
          'GET',
          new apigateway.HttpIntegration('https://example.com', { options: { requestParameters } }),
        );
      },
      /^it is not served: its integration maps method.request.body.city;/,
    ],
    [
      'a secret whose value nobody has given',
      (stack: Stack) => {
        const key = Secret.fromSecretNameV2(stack, 'Key', 'upstream/key').secretValue.unsafeUnwrap();
        const requestParameters = { 'integration.request.header.Authorization': `'Bearer ${key}'` };
        new RestApi(stack, 'Api').root.addMethod(
          'GET',
          new apigateway.HttpIntegration('https://example.com', { options: { requestParameters } }),
        );
      },
      /^it is not served: the value of the secret .*:secret:upstream\/key is not known$/,
    ],
    [
      'a payload that is converted',
      (stack: Stack) => {
        const options = { contentHandling: apigateway.ContentHandling.CONVERT_TO_TEXT };
        new RestApi(stack, 'Api').root.addMethod(
          'GET',
          new apigateway.HttpIntegration('https://example.com', { proxy: false, options }),
        );
      },
      /^it is not served: its integration converts payloads/,
    ],
    [
      'a VPC link',
      (stack: Stack) => {
        const options = {
          connectionType: apigateway.ConnectionType.VPC_LINK,
          vpcLink: apigateway.VpcLink.fromVpcLinkId(stack, 'Link', 'link1'),
        };
        const integration = new apigateway.Integration({
          type: apigateway.IntegrationType.HTTP_PROXY,
          integrationHttpMethod: 'GET',
          uri: 'http://inside',
          options,
        });
        new RestApi(stack, 'Api').root.addMethod('GET', integration);
      },
      /goes through a VPC link/,
    ],
    [
      'a function of another app',
      (stack: Stack) => {
        const foreign = LambdaFunction.fromFunctionName(stack, 'Foreign', 'elsewhere');
        new RestApi(stack, 'Api').root.addMethod('GET', new apigateway.LambdaIntegration(foreign));
      },
      /the function .*:function:elsewhere is not in this app$/,
    ],
    [
      'a stage variable that is missing',
      (stack: Stack) => {
        new RestApi(stack, 'Api').root.addMethod(
          'GET',
          new apigateway.HttpIntegration('https://${stageVariables.host}'),
        );
      },
      /its stage has no variable host$/,
    ],
  ] as [string, (stack: Stack) => void, RegExp][])('%s', (_what, build, reason) => {
    const model = modelOf((stack) => {
      build(stack);
    });

    expect(onlyApi(model).methods).toEqual([]);
    expect(model.unserved).toEqual([
      { path: 'Stack/Api/Default/GET', type: 'AWS::ApiGateway::Method', reason: expect.stringMatching(reason) },
    ]);
  });

  test('a function in another language, and each method that it backs or authorizes', () => {
    const model = modelOf((stack) => {
      const python = new LambdaFunction(stack, 'Python', {
        runtime: Runtime.PYTHON_3_13,
        handler: 'a.b',
        code: Code.fromInline('x'),
      });
      const api = new RestApi(stack, 'Api');
      api.root.addMethod('GET', new apigateway.LambdaIntegration(python));
      const authorizer = new apigateway.RequestAuthorizer(stack, 'Auth', {
        handler: python,
        identitySources: [apigateway.IdentitySource.header('x')],
      });
      api.root.addMethod('POST', new MockIntegration(), { authorizer });
      api.root.addMethod('PUT', new MockIntegration());
    });

    expect(onlyApi(model).methods.map(({ httpMethod }) => httpMethod)).toEqual(['PUT']);
    const why =
      'it is not served: the function Stack/Python does not run locally (its runtime is python3.13; Node.js runs locally)';
    expect(model.unserved.map(({ path, reason }) => [path, reason])).toEqual([
      ['Stack/Python', 'its runtime is python3.13; Node.js runs locally'],
      ['Stack/Api/Default/GET', why],
      ['Stack/Api/Default/POST', why],
    ]);
  });

  test('an API that the app does not create', () => {
    const found = reasons((stack) => {
      const api = RestApi.fromRestApiAttributes(stack, 'Api', {
        restApiId: 'abcdefghij',
        rootResourceId: 'klmnopqrst',
      });
      api.root.addMethod('GET', new MockIntegration());
    });

    expect(found).toContainEqual(['Stack/Api/Default/GET', 'its REST API is not created by this app']);
  });
});

describe('what is served in part is named', () => {
  test('an API from an OpenAPI document', () => {
    const model = modelOf((stack) => {
      new apigateway.SpecRestApi(stack, 'Api', {
        apiDefinition: apigateway.ApiDefinition.fromInline({ openapi: '3.0.2' }),
      });
    });

    expect(model.apis).toEqual([]);
    expect(model.unserved).toMatchObject([{ path: 'Stack/Api', reason: expect.stringContaining('OpenAPI') }]);
  });

  test('formats in models, throttles of a stage, canaries', () => {
    const found = reasons((stack) => {
      const api = new RestApi(stack, 'Api', {
        deployOptions: { throttlingRateLimit: 5 },
      });
      const model = api.addModel('Model', {
        schema: { properties: { to: { items: [{ format: 'email' }] } } },
      });
      api.root.addMethod('POST', new MockIntegration(), {
        requestValidatorOptions: { validateRequestBody: true },
        requestModels: { 'application/json': model },
      });
    });

    expect(found).toEqual([
      ['Stack/Api/DeploymentStage.prod', 'its throttle is not applied; those of usage plans are'],
      ['Stack/Api/Default/POST', 'its request body is validated but for formats (email)'],
    ]);
  });

  test('layers', () => {
    const model = modelOf((stack) => {
      const layer = new LayerVersion(stack, 'Layer', { code: Code.fromAsset(temporaryFolder()) });
      inlineFunction(stack, 'Fn').addLayers(layer);
    });

    expect(model.functions).toHaveLength(1);
    expect(model.unserved).toMatchObject([{ path: 'Stack/Fn', reason: expect.stringContaining('without its layers') }]);
  });
});

test('other services are named, each once', () => {
  const found = reasons((stack) => {
    const fn = inlineFunction(stack, 'Fn');
    fn.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
    new Topic(stack, 'Topic');
    new Bucket(stack, 'Bucket');
    new Rule(stack, 'Rule', { eventPattern: { source: ['aws.s3'] } });
    new CfnApi(stack, 'HttpApi', { name: 'http', protocolType: 'HTTP' });
  });

  expect(found.map(([path]) => path).sort()).toEqual([
    'Stack/Bucket',
    'Stack/Fn/FunctionUrl',
    'Stack/HttpApi',
    'Stack/Rule',
    'Stack/Topic',
  ]);
});

test('what changes nothing locally is not', () => {
  const found = reasons((stack) => {
    const api = new RestApi(stack, 'Api', { deployOptions: { tracingEnabled: true } });
    api.root.addMethod('GET');
    inlineFunction(stack, 'Fn').addAlias('live');
    new Key(stack, 'Key').addAlias('alias/key');
    new Alarm(stack, 'Alarm', {
      metric: new Metric({ namespace: 'n', metricName: 'm' }),
      threshold: 1,
      evaluationPeriods: 1,
    });
    new CfnWebACL(stack, 'Acl', {
      defaultAction: { allow: {} },
      scope: 'REGIONAL',
      visibilityConfig: { cloudWatchMetricsEnabled: false, metricName: 'm', sampledRequestsEnabled: false },
    });
  });

  expect(found).toEqual([]);
});
