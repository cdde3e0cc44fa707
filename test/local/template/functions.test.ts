import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CfnParameter,
  CustomResource,
  DefaultStackSynthesizer,
  Duration,
  Fn,
  LegacyStackSynthesizer,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { CfnFunction, Code, type FunctionProps, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { checkBundles } from '../../../local/template/missing';
import { readApp } from '../../../local/template/read-app';
import {
  environmentOf,
  inlineFunction,
  modelOf,
  removeTemporaryFolders,
  synthesize,
  temporaryFolder,
} from './synthesized';

afterAll(removeTemporaryFolders);

function codeFolder(file = 'index.js'): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, file), `exports.handler = async () => '${file}';`);
  return folder;
}

function assetFunction(scope: Stack, props: { code: Code; handler?: string; runtime?: Runtime }) {
  return new LambdaFunction(scope, 'Fn', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', ...props });
}

describe('a function', () => {
  test('from a folder', () => {
    const [fn, ...others] = modelOf((stack) => {
      new LambdaFunction(stack, 'Fn', {
        runtime: Runtime.NODEJS_LATEST,
        handler: 'src/app.handler',
        code: Code.fromAsset(codeFolder('src/app.js')),
        timeout: Duration.seconds(15),
        memorySize: 512,
      });
    }).functions;

    expect(others).toEqual([]);
    expect(fn).toEqual({
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:Stack-Fn9270CBC0',
      name: 'Stack-Fn9270CBC0',
      path: 'Stack/Fn',
      runtime: 'nodejs24.x',
      handler: 'src/app.handler',
      codePath: expect.any(String),
      environment: {},
      timeoutSeconds: 15,
      memoryMegabytes: 512,
    });
    expect(readFileSync(join(fn?.codePath ?? '', 'src/app.js'), 'utf8')).toContain('handler');
  });

  test('inline, with the defaults of Lambda', () => {
    const [fn] = modelOf((stack) => {
      new LambdaFunction(stack, 'Fn', {
        functionName: 'greeter',
        runtime: Runtime.NODEJS_22_X,
        handler: 'index.handler',
        code: Code.fromInline('exports.handler = async () => "hello";'),
      });
    }).functions;

    expect(fn).toMatchObject({ name: 'greeter', timeoutSeconds: 3, memoryMegabytes: 128 });
    expect(readFileSync(join(fn?.codePath ?? '', 'index.js'), 'utf8')).toBe('exports.handler = async () => "hello";');
  });

  test.each([
    [
      'in a Stage',
      (root: Parameters<Parameters<typeof synthesize>[0]>[0]) => new Stack(new Stage(root, 'Prod'), 'Stack'),
    ],
    [
      'with a bucket prefix',
      (root) => new Stack(root, 'Stack', { synthesizer: new DefaultStackSynthesizer({ bucketPrefix: 'a/b/' }) }),
    ],
    ['with the legacy synthesizer', (root) => new Stack(root, 'Stack', { synthesizer: new LegacyStackSynthesizer() })],
    [
      'in a known account and Region',
      (root) => new Stack(root, 'Stack', { env: { account: '123456789012', region: 'eu-west-1' } }),
    ],
  ] as [string, (root: Parameters<Parameters<typeof synthesize>[0]>[0]) => Stack][])(
    '%s finds its code',
    (_where, stackIn) => {
      const { functions } = readApp(
        synthesize((app) => assetFunction(stackIn(app), { code: Code.fromAsset(codeFolder()) })),
      );

      expect(functions).toHaveLength(1);
      expect(() => checkBundles(functions)).not.toThrow();
    },
  );

  test('takes the account and Region of its stack, where that says them', () => {
    const { functions } = readApp(
      synthesize((app) => {
        inlineFunction(new Stack(app, 'Stack', { env: { account: '123456789012', region: 'eu-west-1' } }), 'Fn');
      }),
    );

    expect(functions[0]?.arn).toBe('arn:aws:lambda:eu-west-1:123456789012:function:Stack-Fn9270CBC0');
  });

  test('of a long name gets one that Lambda takes, and always the same', () => {
    const build = (stack: Stack) => inlineFunction(stack, 'AVeryLongConstructIdThatGoesOnAndOnAndOnAndOn'.repeat(2));
    const [first, second] = [modelOf(build), modelOf(build)].map((model) => model.functions[0]?.name ?? '');

    expect(first).toHaveLength(64);
    expect(second).toBe(first);
  });

  test('that only CloudFormation calls is not missed where it does not run', () => {
    const model = modelOf((stack) => {
      const python = new LambdaFunction(stack, 'OnDeploy', {
        runtime: Runtime.PYTHON_3_13,
        handler: 'index.handler',
        code: Code.fromInline('pass'),
      });
      new CustomResource(stack, 'Custom', { serviceToken: python.functionArn, resourceType: 'Custom::Thing' });
    });

    expect(model.functions).toEqual([]);
    expect(model.unserved).toMatchObject([{ path: 'Stack/Custom/Default', type: 'Custom::Thing' }]);
  });
});

describe('its dead-letter queue', () => {
  const withDeadLetters = (deadLetters: (stack: Stack) => Pick<FunctionProps, 'deadLetterQueue' | 'deadLetterTopic'>) =>
    modelOf((stack) => {
      new LambdaFunction(stack, 'Fn', {
        runtime: Runtime.NODEJS_22_X,
        handler: 'index.handler',
        code: Code.fromInline('exports.handler = async () => 1;'),
        ...deadLetters(stack),
      });
    });

  test('is one of the app', () => {
    const model = withDeadLetters((stack) => ({ deadLetterQueue: new Queue(stack, 'Queue') }));

    expect(model.functions[0]?.deadLetterQueueArn).toBe(model.queues[0]?.arn);
    expect(model.unserved).toEqual([]);
  });

  test.each<[string, Parameters<typeof withDeadLetters>[0]]>([
    ['a FIFO queue', (stack) => ({ deadLetterQueue: new Queue(stack, 'Queue', { fifo: true }) })],
    [
      'a queue of another app',
      (stack) => ({ deadLetterQueue: Queue.fromQueueArn(stack, 'Queue', 'arn:aws:sqs:us-east-1:000000000000:other') }),
    ],
    [
      'a topic',
      (stack) => ({ deadLetterTopic: Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:000000000000:topic') }),
    ],
  ])('is named where it is %s', (_, deadLetters) => {
    const model = withDeadLetters(deadLetters);

    expect(model.functions[0]?.deadLetterQueueArn).toBeUndefined();
    const reason = expect.stringMatching(/^its dead letters are lost: arn:.* is not a standard queue of this app$/);
    expect(model.unserved).toMatchObject([{ path: 'Stack/Fn', reason }]);
  });
});

describe('its environment', () => {
  test('holds names, ARNs and URLs of what the app creates', () => {
    const environment = environmentOf(
      modelOf((stack) => {
        const table = new TableV2(stack, 'Table', { partitionKey: { name: 'pk', type: AttributeType.STRING } });
        const secret = new Secret(stack, 'Secret');
        const named = new Secret(stack, 'Named', { secretName: 'stripe/secret-key' });
        const api = new RestApi(stack, 'Api');
        api.root.addMethod('GET');
        inlineFunction(stack, 'Fn', {
          TABLE: table.tableName,
          TABLE_ARN: table.tableArn,
          INDEXES: `${table.tableArn}/index/*`,
          SECRET_ARN: secret.secretArn,
          SECRET_NAME: secret.secretName,
          NAMED: named.secretName,
          URL: api.url,
          STACK: stack.stackName,
          REGION: Fn.select(3, Fn.split(':', table.tableArn)),
        });
      }),
    );

    expect(environment).toEqual({
      TABLE: 'Stack-TableCD117FA1',
      TABLE_ARN: 'arn:aws:dynamodb:us-east-1:000000000000:table/Stack-TableCD117FA1',
      INDEXES: 'arn:aws:dynamodb:us-east-1:000000000000:table/Stack-TableCD117FA1/index/*',
      SECRET_ARN: expect.stringMatching(/:secret:SecretA720EF05-[a-z0-9]{12}-[a-z0-9]{6}$/),
      SECRET_NAME: expect.stringMatching(/^SecretA720EF05-[a-z0-9]{12}$/),
      NAMED: 'stripe/secret-key',
      URL: expect.stringMatching(/^https:\/\/[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com\/prod\/$/),
      STACK: 'Stack',
      REGION: 'us-east-1',
    });
    expect(environment.SECRET_ARN).toContain(`:secret:${environment.SECRET_NAME}-`);
  });

  test('holds the values of secrets that the template takes by a dynamic reference', () => {
    const model = modelOf(
      (stack) => {
        const secret = new Secret(stack, 'Secret', {
          generateSecretString: { secretStringTemplate: '{"user":"me"}', generateStringKey: 'password' },
        });
        const foreign = Secret.fromSecretNameV2(stack, 'Foreign', 'stripe/secret-key');
        const environment = {
          USER: secret.secretValueFromJson('user').unsafeUnwrap(),
          PASSWORD: secret.secretValueFromJson('password').unsafeUnwrap(),
          STRIPE: `Bearer ${foreign.secretValue.unsafeUnwrap()}`,
        };
        inlineFunction(stack, 'Fn', environment);
      },
      { secretValues: { 'stripe/secret-key': 'sk_test_1' } },
    );

    const value = JSON.parse(model.secrets[0]?.value ?? '{}');
    expect(environmentOf(model)).toEqual({ USER: 'me', PASSWORD: value.password, STRIPE: 'Bearer sk_test_1' });
  });

  test('lacks what cannot be known, by name', () => {
    const model = modelOf((stack) => {
      const parameter = new CfnParameter(stack, 'Endpoint');
      const foreign = Secret.fromSecretNameV2(stack, 'Foreign', 'elsewhere');
      inlineFunction(stack, 'Fn', {
        KNOWN: 'yes',
        ENDPOINT: parameter.valueAsString,
        FOREIGN: foreign.secretValue.unsafeUnwrap(),
        RANGES: Fn.select(0, Fn.cidr('10.0.0.0/16', 2)),
      });
    });

    expect(environmentOf(model)).toEqual({ KNOWN: 'yes' });
    expect(model.unserved.map(({ path, reason }) => [path, reason])).toEqual([
      [
        'Stack/Fn',
        'it runs without the environment variable ENDPOINT: the template parameter Endpoint has no default, so its value is not known',
      ],
      [
        'Stack/Fn',
        expect.stringMatching(
          /^it runs without the environment variable FOREIGN: the value of the secret .*elsewhere is not known$/,
        ),
      ],
      [
        'Stack/Fn',
        'it runs without the environment variable RANGES: the intrinsic function Fn::Cidr is not known to the local gateway',
      ],
    ]);
  });
});

describe('a function that does not run locally is named:', () => {
  test.each([
    [
      'another runtime',
      (stack: Stack) => assetFunction(stack, { code: Code.fromInline('x'), runtime: Runtime.PYTHON_3_13 }),
      'its runtime is python3.13; Node.js runs locally',
    ],
    [
      'code in a bucket',
      (stack: Stack) =>
        assetFunction(stack, { code: Code.fromBucket(Bucket.fromBucketName(stack, 'B', 'bucket'), 'code.zip') }),
      'its code is in a bucket; code from a folder or inline code runs locally',
    ],
    [
      'a .zip file',
      (stack: Stack) => {
        const zip = join(temporaryFolder(), 'code.zip');
        writeFileSync(zip, '');
        assetFunction(stack, { code: Code.fromAsset(zip) });
      },
      'its code is a .zip file; unpack it and give `Code.fromAsset` the folder to run it locally',
    ],
    [
      'a container image',
      (stack: Stack) => new CfnFunction(stack, 'Fn', { packageType: 'Image', role: 'r', code: { imageUri: 'i' } }),
      'it is a container image; functions from a folder run locally',
    ],
    [
      'a handler in a layer',
      (stack: Stack) => assetFunction(stack, { code: Code.fromInline('x'), handler: '/opt/nodejs/wrap.handler' }),
      'its handler /opt/nodejs/wrap.handler is in a layer, and layers are not loaded',
    ],
  ] as [string, (stack: Stack) => void, string][])('%s', (_what, build, reason) => {
    const model = modelOf(build);

    expect(model.functions).toEqual([]);
    expect(model.unserved).toEqual([
      { path: expect.stringMatching(/^Stack\/Fn/), type: 'AWS::Lambda::Function', reason },
    ]);
  });
});

describe('a missing bundle is named by one line', () => {
  test.each([
    [
      'the folder',
      (codePath: string) => join(codePath, 'gone'),
      /^the code of the function Stack\/Fn is missing: there is no code\/gone;/,
    ],
    [
      'the handler file',
      (codePath: string) => codePath,
      /^the handler lib\.handler of the function Stack\/Fn is missing: no such file in code;/,
    ],
  ])('%s', (_what, pathOf, message) => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'code'));
    const [fn] = modelOf((stack) => assetFunction(stack, { code: Code.fromAsset(codeFolder()) })).functions;
    if (!fn) {
      throw new Error('the function is missing');
    }
    const moved = { ...fn, codePath: pathOf(join(cwd, 'code')), handler: 'lib.handler' };

    expect(() => checkBundles([fn, moved], cwd)).toThrow(message);
  });
});
