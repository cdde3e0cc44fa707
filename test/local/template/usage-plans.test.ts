import { Tags } from 'aws-cdk-lib';
import { ApiKey, ApiKeySourceType, Period, RestApi, UsagePlan } from 'aws-cdk-lib/aws-apigateway';
import { modelOf, onlyApi, removeTemporaryFolders } from './synthesized';

afterAll(removeTemporaryFolders);

test('usage plans and their keys are those of the stage that they hold', () => {
  const model = modelOf((stack) => {
    const api = new RestApi(stack, 'Api', { apiKeySourceType: ApiKeySourceType.AUTHORIZER });
    api.root.addMethod('GET');
    const pro = api.addUsagePlan('Pro', {
      name: 'pro',
      throttle: { rateLimit: 50, burstLimit: 100 },
      quota: { limit: 1000, period: Period.MONTH, offset: 2 },
      apiStages: [{ stage: api.deploymentStage }],
    });
    pro.addApiKey(api.addApiKey('Key', { value: 'a-key-of-twenty-or-more' }));
    pro.addApiKey(new ApiKey(stack, 'Off', { enabled: false }));
    new UsagePlan(stack, 'Unused', { name: 'unused' });
  });

  expect(onlyApi(model).apiKeySource).toBe('AUTHORIZER');
  expect(onlyApi(model).usagePlans).toEqual([
    {
      id: expect.stringMatching(/^[a-z0-9]{6}$/),
      name: 'pro',
      throttle: { rateLimit: 50, burstLimit: 100 },
      quota: { limit: 1000, offset: 2, period: 'MONTH' },
      keys: [
        expect.objectContaining({ value: 'a-key-of-twenty-or-more', enabled: true }),
        expect.objectContaining({ value: expect.stringMatching(/^[a-z0-9]{40}$/), enabled: false }),
      ],
    },
  ]);
  expect(model.unserved).toEqual([]);
});

test('all API keys and usage plans are told, also those that no stage knows', () => {
  const model = modelOf((stack) => {
    const api = new RestApi(stack, 'Api');
    api.root.addMethod('GET');
    api.addUsagePlan('Pro', { name: 'pro', apiStages: [{ stage: api.deploymentStage }] });
    new UsagePlan(stack, 'Unused', { name: 'unused' });
    const key = new ApiKey(stack, 'Key', {
      value: 'a-key-of-twenty-or-more',
      apiKeyName: 'key',
      description: 'of nobody',
      customerId: 'cus_1',
    });
    Tags.of(key).add('team', 'billing');
  });

  expect(model.apiKeys).toEqual([
    {
      id: expect.stringMatching(/^[a-z0-9]{10}$/),
      value: 'a-key-of-twenty-or-more',
      enabled: true,
      name: 'key',
      description: 'of nobody',
      customerId: 'cus_1',
      tags: { team: 'billing' },
    },
  ]);
  expect(model.usagePlans).toMatchObject([
    { plan: { name: 'pro' }, stages: [{ apiId: onlyApi(model).id, stage: 'prod' }] },
    { plan: { name: 'unused' }, stages: [] },
  ]);
  expect(onlyApi(model).usagePlans).toEqual([model.usagePlans[0]?.plan]);
});

test('throttles of single methods are named', () => {
  const model = modelOf((stack) => {
    const api = new RestApi(stack, 'Api');
    const method = api.root.addMethod('GET');
    api.addUsagePlan('Plan', {
      apiStages: [{ stage: api.deploymentStage, throttle: [{ method, throttle: { rateLimit: 1, burstLimit: 1 } }] }],
    });
  });

  expect(model.unserved).toMatchObject([{ path: 'Stack/Api/Plan', reason: expect.stringContaining('single methods') }]);
});

test('a plan may throttle nothing and limit nothing', () => {
  const model = modelOf((stack) => {
    const api = new RestApi(stack, 'Api');
    api.root.addMethod('GET');
    api.addUsagePlan('Plan', { apiStages: [{ stage: api.deploymentStage }] });
  });

  expect(onlyApi(model).usagePlans).toMatchObject([{ name: 'Stack-ApiPlan25F8B52C', keys: [] }]);
  expect(onlyApi(model).usagePlans[0]).toMatchObject({ throttle: undefined, quota: undefined });
});
