import type { Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { CfnSubscriptionFilter, FilterPattern, type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { KinesisDestination, LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import { inlineFunction, modelOf, onlyApi, removeTemporaryFolders } from './synthesized';

afterAll(removeTemporaryFolders);

const { AccessLogFormat, LogGroupLogDestination, RestApi } = apigateway;

const FORMAT = '$context.requestId $context.status';
const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:Stack-Fn9270CBC0';

function loggedApi(stack: Stack, accessLogDestination: apigateway.IAccessLogDestination): void {
  const accessLogFormat = AccessLogFormat.custom(FORMAT);
  new RestApi(stack, 'Api', { deployOptions: { accessLogDestination, accessLogFormat } }).root.addMethod('GET');
}

/** An API whose access log goes to a log group, which then is subscribed to. */
function subscribed(subscribe: (logGroup: ILogGroup, stack: Stack) => void) {
  return modelOf((stack) => {
    const logGroup = new LogGroup(stack, 'Log', { logGroupName: 'access' });
    loggedApi(stack, new LogGroupLogDestination(logGroup));
    subscribe(logGroup, stack);
  });
}

describe('the access log of a stage', () => {
  test.each([
    ['with the wildcard of CloudFormation', undefined],
    ['without, as the feature flag has it', true],
  ])('is known by its log group’s ARN, %s', (_what, flag) => {
    const model = modelOf((stack) => {
      stack.node.setContext('@aws-cdk/aws-apigateway:accessLogDestinationArnWithoutWildcard', flag);
      loggedApi(stack, new LogGroupLogDestination(new LogGroup(stack, 'Log')));
    });

    expect(onlyApi(model).accessLog).toEqual({ logGroupName: 'Stack-Log95422804', format: FORMAT });
    expect(model.unserved).toEqual([]);
  });

  test('may go to a log group with a name, to one of another app, or be cut out of an ARN', () => {
    const cut = {
      'Fn::Join': [
        ':',
        ['arn:aws:logs:us-east-1:1', 'log-group', { 'Fn::Select': [6, { 'Fn::Split': [':', logArn()] }] }],
      ],
    };
    const names = [
      subscribed(() => undefined),
      modelOf((stack) => {
        loggedApi(stack, new LogGroupLogDestination(LogGroup.fromLogGroupName(stack, 'Log', '/other/app')));
      }),
      modelOf((stack) => {
        new LogGroup(stack, 'Log');
        loggedApi(stack, { bind: () => ({ destinationArn: 'replaced' }) });
        const stage = stack.node.findChild('Api').node.findChild('DeploymentStage.prod').node.defaultChild;
        (stage as apigateway.CfnStage).addPropertyOverride('AccessLogSetting.DestinationArn', cut);
      }),
    ].map((model) => onlyApi(model).accessLog?.logGroupName);

    expect(names).toEqual(['access', '/other/app', 'Stack-Log95422804']);
  });

  test('may come with a deployment', () => {
    const model = modelOf((stack) => {
      const restApi = new RestApi(stack, 'Api', { deploy: false });
      restApi.root.addMethod('GET');
      const { logGroupArn: destinationArn } = new LogGroup(stack, 'Log', { logGroupName: 'access' });
      new apigateway.CfnDeployment(stack, 'Deployment', {
        restApiId: restApi.restApiId,
        stageName: 'v1',
        stageDescription: { accessLogSetting: { destinationArn, format: FORMAT } },
      });
    });

    expect(onlyApi(model).accessLog).toEqual({ logGroupName: 'access', format: FORMAT });
  });

  test('is absent where there is none', () => {
    const model = modelOf((stack) => {
      new RestApi(stack, 'Api').root.addMethod('GET');
    });

    expect(onlyApi(model).accessLog).toBeUndefined();
  });

  test('that goes to Firehose is named', () => {
    const model = modelOf((stack) => {
      const stream = new CfnDeliveryStream(stack, 'Stream', { deliveryStreamName: 'amazon-apigateway-logs' });
      loggedApi(stack, new apigateway.FirehoseLogDestination(stream));
    });

    expect(onlyApi(model).accessLog).toBeUndefined();
    expect(model.unserved.map(({ path, reason }) => [path, reason])).toContainEqual([
      'Stack/Api/DeploymentStage.prod',
      expect.stringMatching(/^its access log goes nowhere: arn:aws:.*amazon-apigateway-logs is no log group/),
    ]);
  });
});

describe('a subscription to an access log', () => {
  test('leads to its function', () => {
    const model = subscribed((logGroup, stack) => {
      logGroup.addSubscriptionFilter('Failed', {
        destination: new LambdaDestination(inlineFunction(stack, 'Fn')),
        filterPattern: FilterPattern.stringValue('$.status', '=', '5*'),
        filterName: 'failed',
      });
    });

    expect(model.logSubscriptions).toEqual([
      {
        logGroupName: 'access',
        filterPattern: '{ $.status = "5*" }',
        functionArn: FUNCTION_ARN,
        filterName: 'failed',
      },
    ]);
    expect(model.unserved).toEqual([]);
  });

  test('may match everything, lead to an alias, and leave its name to CloudFormation', () => {
    const model = subscribed((logGroup, stack) => {
      const alias = inlineFunction(stack, 'Fn').addAlias('live');
      logGroup.addSubscriptionFilter('All', {
        destination: new LambdaDestination(alias),
        filterPattern: FilterPattern.allEvents(),
      });
    });

    expect(model.logSubscriptions).toEqual([
      {
        logGroupName: 'access',
        filterPattern: '',
        functionArn: `${FUNCTION_ARN}:live`,
        filterName: expect.stringMatching(/^Stack-LogAll/),
      },
    ]);
  });

  test.each([
    [
      'a stream',
      (stack: Stack) => ({ destinationArn: new Stream(stack, 'Stream').streamArn }),
      /^it delivers nothing: its destination arn:aws:kinesis:.* has no local stand-in; functions have$/,
    ],
    [
      'a function of another app',
      () => ({ destinationArn: 'arn:aws:lambda:us-east-1:000000000000:function:elsewhere' }),
      /^it delivers nothing: the function .*:function:elsewhere is not in this app$/,
    ],
    [
      'a function in another language',
      (stack: Stack) => {
        const [runtime, code] = [Runtime.PYTHON_3_13, Code.fromInline('x')];
        return {
          destinationArn: new LambdaFunction(stack, 'Python', { runtime, code, handler: 'a.b' }).functionArn,
        };
      },
      /^it delivers nothing: the function Stack\/Python does not run locally/,
    ],
    [
      'a function, by a malformed pattern',
      (stack: Stack) => ({ destinationArn: inlineFunction(stack, 'Fn').functionArn, filterPattern: '{ $.a == 1 }' }),
      /^it delivers nothing: the filter pattern \{ \$\.a == 1 \} is malformed at = 1 \}$/,
    ],
  ] as [string, (stack: Stack) => { destinationArn: string; filterPattern?: string }, RegExp][])(
    'that leads to %s is named',
    (_what, define, reason) => {
      const model = subscribed(({ logGroupName }, stack) => {
        new CfnSubscriptionFilter(stack, 'Filter', { logGroupName, filterPattern: '', ...define(stack) });
      });

      expect(model.logSubscriptions).toEqual([]);
      expect(model.unserved).toContainEqual({
        path: 'Stack/Filter',
        type: 'AWS::Logs::SubscriptionFilter',
        reason: expect.stringMatching(reason),
      });
    },
  );
});

test('a subscription to what functions write is named', () => {
  const model = subscribed((_, stack) => {
    const fn = inlineFunction(stack, 'Fn');
    const own = new LogGroup(stack, 'Own', { logGroupName: `/aws/lambda/${fn.functionName}` });
    own.addSubscriptionFilter('Errors', {
      destination: new LambdaDestination(fn),
      filterPattern: FilterPattern.anyTerm('ERROR'),
    });
  });

  expect(model.logSubscriptions).toEqual([]);
  expect(model.unserved.map(({ path, reason }) => [path, reason])).toEqual([
    ['Stack/Own/Errors', 'it delivers nothing: only access logs are written to log groups, and none goes to this one'],
  ]);
});

test('streams of log events elsewhere are named even where nothing is written', () => {
  const model = modelOf((stack) => {
    new LogGroup(stack, 'Log').addSubscriptionFilter('All', {
      destination: new KinesisDestination(new Stream(stack, 'Stream')),
      filterPattern: FilterPattern.allEvents(),
    });
  });

  expect(model.unserved.map(({ path }) => path)).toContain('Stack/Log/All');
});

function logArn(): object {
  return { 'Fn::GetAtt': ['Log95422804', 'Arn'] };
}
