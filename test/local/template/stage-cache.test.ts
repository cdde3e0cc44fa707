import { Duration } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { AppModel } from '../../../local/template/model';
import { inlineFunction, methodOf, modelOf, onlyApi, removeTemporaryFolders } from './synthesized';

afterAll(removeTemporaryFolders);

/** An API with three methods at `/items/{id}`, and GET at its root. */
function appWith(deployOptions: apigateway.StageOptions): AppModel {
  return modelOf((stack) => {
    const api = new apigateway.RestApi(stack, 'Api', { deployOptions });
    const integration = new apigateway.LambdaIntegration(inlineFunction(stack, 'Fn'), {
      cacheKeyParameters: ['method.request.path.id'],
      cacheNamespace: 'items',
    });
    const item = api.root.addResource('items').addResource('{id}');
    for (const httpMethod of ['GET', 'POST', 'ANY']) {
      item.addMethod(httpMethod, integration, { requestParameters: { 'method.request.path.id': false } });
    }
    api.root.addMethod('GET', integration);
  });
}

const cacheOf = (model: AppModel, route: string) => methodOf(onlyApi(model), route).cache;

describe('the cache of a stage', () => {
  test('keeps what GET answers, if it is for all methods, by the keys of the integration', () => {
    const model = appWith({ cachingEnabled: true });
    expect(cacheOf(model, 'GET /items/{id}')).toEqual({ ttlSeconds: 300 });
    expect(cacheOf(model, 'GET /')).toEqual({ ttlSeconds: 300 });
    expect(cacheOf(model, 'ANY /items/{id}')).toEqual({ ttlSeconds: 300 });
    expect(cacheOf(model, 'POST /items/{id}')).toBeUndefined();
    expect(methodOf(onlyApi(model), 'GET /items/{id}').integration).toMatchObject({
      cacheKeyParameters: ['method.request.path.id'],
      cacheNamespace: 'items',
    });
    expect(model.unserved.filter(({ reason }) => reason.includes('cache'))).toEqual([]);
  });

  test('keeps what a method answers that has settings of its own', () => {
    const model = appWith({
      cachingEnabled: false,
      methodOptions: {
        '/items/{id}/POST': { cachingEnabled: true, cacheTtl: Duration.seconds(7) },
        '/items/{id}/ANY': { cachingEnabled: true, cacheTtl: Duration.seconds(0) },
        '/items/{id}/GET': { throttlingBurstLimit: 3 },
      },
    });
    expect(cacheOf(model, 'POST /items/{id}')).toEqual({ ttlSeconds: 7 });
    expect(cacheOf(model, 'GET /items/{id}')).toBeUndefined();
    expect(cacheOf(model, 'ANY /items/{id}')).toBeUndefined();
  });

  test('keeps nothing where there is none', () => {
    expect(cacheOf(appWith({}), 'GET /items/{id}')).toBeUndefined();
  });
});
