import { NestedStack, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { readApp } from '../../../local/template/read-app';
import { inlineFunction, modelOf, onlyApi, removeTemporaryFolders, synthesize } from './synthesized';

afterAll(removeTemporaryFolders);

const { LambdaIntegration, RestApi } = apigateway;

describe('stages', () => {
  test('are each a model of their own', () => {
    const { apis } = modelOf((stack) => {
      const restApi = new RestApi(stack, 'Api', {
        deployOptions: { stageName: 'live', variables: { colour: 'green' } },
      });
      const fn = inlineFunction(stack, 'Fn');
      restApi.root.addMethod('GET', new LambdaIntegration(fn));
      const deployment = new apigateway.Deployment(stack, 'Deployment', { api: restApi });
      new apigateway.Stage(stack, 'Beta', { deployment, stageName: 'beta', variables: { colour: 'blue' } });
    });

    expect(apis.map(({ stageName, stageVariables }) => [stageName, stageVariables.colour]).sort()).toEqual([
      ['beta', 'blue'],
      ['live', 'green'],
    ]);
    expect(new Set(apis.map(({ id }) => id)).size).toBe(1);
  });

  test('may come with a deployment', () => {
    const api = onlyApi(
      modelOf((stack) => {
        const restApi = new RestApi(stack, 'Api', { deploy: false });
        restApi.root.addMethod('GET');
        new apigateway.CfnDeployment(stack, 'Deployment', {
          restApiId: restApi.restApiId,
          stageName: 'v1',
          stageDescription: { variables: { colour: 'red' } },
        });
      }),
    );

    expect(api).toMatchObject({ stageName: 'v1', stageVariables: { colour: 'red' } });
  });

  test('none at all is named', () => {
    const model = modelOf((stack) => {
      new RestApi(stack, 'Api', { deploy: false }).root.addMethod('GET');
    });

    expect(model.apis).toEqual([]);
    expect(model.unserved).toMatchObject([{ path: 'Stack/Api', reason: expect.stringContaining('no stage') }]);
  });
});

test('an API may be spread over stacks and nested stacks', () => {
  const model = readApp(
    synthesize((app) => {
      const shared = new Stack(app, 'Shared');
      const restApi = new RestApi(shared, 'Api');
      restApi.root.addMethod('GET');
      const attributes = { restApiId: restApi.restApiId, rootResourceId: restApi.restApiRootResourceId };
      const other = new Stack(app, 'Other');
      const nested = new NestedStack(other, 'Nested');
      for (const scope of [other, nested]) {
        const imported = RestApi.fromRestApiAttributes(scope, 'Api', attributes);
        imported.root
          .addResource(scope === other ? 'other' : 'nested')
          .addMethod('GET', new LambdaIntegration(inlineFunction(scope, 'Fn')));
      }
    }),
  );

  expect(onlyApi(model).methods.map(({ resourcePath, path }) => [resourcePath, path])).toEqual([
    ['/', 'Shared/Api/Default/GET'],
    ['/other', 'Other/Api/Default/other/GET'],
    ['/nested', 'Other/Nested/Api/Default/nested/GET'],
  ]);
});
