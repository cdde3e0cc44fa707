import { CfnResource, CustomResource, Duration, NestedStack, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogRetention, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId, Provider } from 'aws-cdk-lib/custom-resources';
import { environmentOf, inlineFunction, modelOf, removeTemporaryFolders } from './synthesized';

afterAll(removeTemporaryFolders);

const PROVIDER = /^arn:aws:lambda:us-east-1:000000000000:function:Stack-Provider/;

test('a custom resource is one of its type, with its properties resolved and all scalars as text', () => {
  // WHEN
  const model = modelOf((stack) => {
    const provider = inlineFunction(stack, 'Provider');
    new CustomResource(stack, 'Thing', {
      serviceToken: provider.functionArn,
      resourceType: 'Custom::Thing',
      serviceTimeout: Duration.seconds(90),
      properties: { Count: 3, On: true, Name: stack.stackName, Nested: { list: [1, false, { ratio: 0.5 }] } },
    });
  });

  // THEN
  const serviceToken = model.functions[0]?.arn;
  expect(serviceToken).toMatch(PROVIDER);
  expect(model.unserved).toEqual([]);
  expect(model.customResources).toEqual([
    {
      path: 'Stack/Thing/Default',
      type: 'Custom::Thing',
      logicalId: 'Thing',
      stackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/Stack/local',
      serviceToken,
      properties: {
        ServiceToken: serviceToken,
        ServiceTimeout: '90',
        Count: '3',
        On: 'true',
        Name: 'Stack',
        Nested: { list: ['1', 'false', { ratio: '0.5' }] },
      },
      serviceTimeoutSeconds: 90,
      dependsOn: [],
    },
  ]);
});

test('one without a type of its own is served as well', () => {
  const model = modelOf((stack) => {
    new CustomResource(stack, 'Thing', { serviceToken: inlineFunction(stack, 'Provider').functionArn });
  });

  expect(model.customResources).toMatchObject([{ type: 'AWS::CloudFormation::CustomResource' }]);
});

test('one in a nested stack belongs to that, and has a provider of another', () => {
  const model = modelOf((stack) => {
    const provider = inlineFunction(stack, 'Provider');
    new CustomResource(new NestedStack(stack, 'Nested'), 'Thing', { serviceToken: provider.functionArn });
  });

  expect(model.customResources).toMatchObject([
    { stackId: expect.stringContaining(':stack/Stack-Nested'), serviceToken: expect.stringMatching(PROVIDER) },
  ]);
});

test('dependencies are those on custom resources, also by way of others', () => {
  const model = modelOf((stack) => {
    const { functionArn: serviceToken } = inlineFunction(stack, 'Provider');
    const [first, second, third] = ['First', 'Second', 'Third'].map(
      (id) => new CustomResource(stack, id, { serviceToken }),
    );
    const between = new Topic(stack, 'Between');
    between.node.addDependency(first as CustomResource);
    second?.node.addDependency(between);
    third?.node.addDependency(second as CustomResource);
  });

  expect(model.customResources.map(({ logicalId, dependsOn }) => [logicalId, [...dependsOn].sort()])).toEqual([
    ['First', []],
    ['Second', ['First']],
    ['Third', ['First', 'Second']],
  ]);
});

test("CDK's provider framework and the function that it invokes both run", () => {
  const model = modelOf((stack) => {
    const { serviceToken } = new Provider(stack, 'Framework', { onEventHandler: inlineFunction(stack, 'OnEvent') });
    new CustomResource(stack, 'Thing', { serviceToken });
  });

  expect(model.unserved).toEqual([]);
  expect(model.customResources).toHaveLength(1);
  expect(model.functions.map(({ path }) => path).sort()).toEqual([
    'Stack/Framework/framework-onEvent',
    'Stack/OnEvent',
  ]);
});

describe('what does not run is named:', () => {
  const thing = (stack: Stack, serviceToken: string, properties = {}) =>
    new CustomResource(stack, 'Thing', { serviceToken, properties });

  test.each<[string, (stack: Stack) => unknown, RegExp]>([
    [
      'a provider of another app',
      (stack) => thing(stack, 'arn:aws:lambda:us-east-1:000000000000:function:elsewhere'),
      /^it does not run: the function .*:elsewhere is not in this app$/,
    ],
    [
      'a topic as the provider',
      (stack) => thing(stack, 'arn:aws:sns:us-east-1:000000000000:topic'),
      /^it does not run: its provider arn:aws:sns:.*:topic has no local stand-in; functions have$/,
    ],
    [
      'a provider in another language',
      (stack) => {
        const runtime = Runtime.PYTHON_3_13;
        const code = Code.fromInline('pass');
        thing(stack, new LambdaFunction(stack, 'Provider', { runtime, handler: 'index.handler', code }).functionArn);
      },
      /^it does not run: the function Stack\/Provider does not run locally \(its runtime is python3.13;/,
    ],
    [
      'a property that nobody knows',
      (stack) => {
        const elsewhere = new CfnResource(stack, 'Elsewhere', { type: 'Custom::LogRetention' });
        thing(stack, inlineFunction(stack, 'Provider').functionArn, { Name: elsewhere.getAtt('Name') });
      },
      /^it does not run: what the custom resource Stack\/Elsewhere gives is known only when it has run$/,
    ],
  ])('%s', (_, build, reason) => {
    const model = modelOf(build);

    expect(model.customResources).toEqual([]);
    expect(model.unserved).toEqual([
      {
        path: 'Stack/Thing/Default',
        type: 'AWS::CloudFormation::CustomResource',
        reason: expect.stringMatching(reason),
      },
    ]);
  });

  test('a provider that waits for completion', () => {
    const model = modelOf((stack) => {
      const [onEventHandler, isCompleteHandler] = [
        inlineFunction(stack, 'OnEvent'),
        inlineFunction(stack, 'IsComplete'),
      ];
      thing(stack, new Provider(stack, 'Framework', { onEventHandler, isCompleteHandler }).serviceToken);
    });

    expect(model.customResources).toEqual([]);
    expect(model.unserved).toContainEqual({
      path: 'Stack/Thing/Default',
      type: 'AWS::CloudFormation::CustomResource',
      reason: 'it does not run: its provider has an isComplete handler, and Step Functions has no local stand-in',
    });
  });

  test.each([undefined, 'Custom::Mine'])('an AwsCustomResource of type %s', (resourceType) => {
    const model = modelOf((stack) => {
      const physicalResourceId = PhysicalResourceId.of('id');
      new AwsCustomResource(stack, 'Thing', {
        resourceType,
        onCreate: { service: 'S3', action: 'listBuckets', physicalResourceId },
        policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: AwsCustomResourcePolicy.ANY_RESOURCE }),
      });
    });

    expect([model.customResources, model.functions]).toEqual([[], []]);
    expect(model.unserved).toMatchObject([
      { reason: 'it does not run: its provider is one of CDK that asks AWS itself' },
    ]);
  });
});

test("CDK's own that change nothing locally are neither run nor named", () => {
  const model = modelOf((stack) => {
    new Bucket(stack, 'Bucket', { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
    new LogRetention(stack, 'Retention', { logGroupName: 'group', retention: RetentionDays.ONE_DAY });
  });

  expect(model.customResources).toEqual([]);
  expect(model.functions).toEqual([]);
  expect(model.unserved.map(({ path }) => path)).toEqual(['Stack/Bucket']);
});

test('what a custom resource gives is known to nobody, and whoever needs it is named', () => {
  const model = modelOf((stack) => {
    const thing = new CustomResource(stack, 'Thing', { serviceToken: inlineFunction(stack, 'Provider').functionArn });
    inlineFunction(stack, 'Fn', { KNOWN: 'yes', DATA: thing.getAttString('Url'), ID: thing.ref });
  });

  expect(environmentOf(model)).toEqual({ KNOWN: 'yes' });
  const why = 'what the custom resource Stack/Thing/Default gives is known only when it has run';
  expect(model.unserved.map(({ path, reason }) => [path, reason])).toEqual([
    ['Stack/Fn', `it runs without the environment variable DATA: ${why}`],
    ['Stack/Fn', `it runs without the environment variable ID: ${why}`],
  ]);
});
