import { CfnCondition, CfnOutput, CfnParameter, CfnResource, Fn, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { AttributeType, type CfnTable, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { readApp } from '../../../local/template/read-app';
import { environmentOf, inlineFunction, modelOf, removeTemporaryFolders, synthesize } from './synthesized';

afterAll(removeTemporaryFolders);

const partitionKey = { name: 'pk', type: AttributeType.STRING };

describe('nested stacks', () => {
  test('take parameters from their parent, and give outputs to it', () => {
    const model = modelOf((stack) => {
      const above = new TableV2(stack, 'Above', { partitionKey });
      const nested = new NestedStack(stack, 'Nested');
      const within = new TableV2(nested, 'Within', { partitionKey });
      inlineFunction(nested, 'Inner', { ABOVE: above.tableName });
      inlineFunction(stack, 'Outer', { WITHIN: within.tableName });
    });
    const environments = Object.fromEntries(model.functions.map(({ path, environment }) => [path, environment]));

    expect(environments).toEqual({
      'Stack/Nested/Inner': { ABOVE: 'Stack-AboveA2E46D7B' },
      'Stack/Outer': { WITHIN: expect.stringMatching(/^Stack-Nested[0-9A-F]{8}-Within[0-9A-F]{8}$/) },
    });
    expect(model.tables.map(({ name }) => name)).toContain(environments['Stack/Outer']?.WITHIN);
    expect(model.unserved).toEqual([]);
  });

  test('may be nested, and may refer to each other', () => {
    const model = modelOf((stack) => {
      const reader = new NestedStack(stack, 'AReader');
      const owner = new NestedStack(new NestedStack(stack, 'Owners'), 'Owner');
      const table = new TableV2(owner, 'Table', { partitionKey, tableName: 'deep' });
      inlineFunction(reader, 'Fn', { TABLE: table.tableArn });
    });

    expect(environmentOf(model)).toEqual({ TABLE: 'arn:aws:dynamodb:us-east-1:000000000000:table/deep' });
  });

  test('whose template is not there are named', () => {
    const model = modelOf((stack) => {
      new CfnResource(stack, 'Elsewhere', {
        type: 'AWS::CloudFormation::Stack',
        properties: { TemplateURL: 'https://example.com/template.json' },
      });
    });

    expect(model.unserved).toMatchObject([
      { path: 'Stack/Elsewhere', reason: expect.stringContaining('its template is not an asset') },
    ]);
  });
});

describe('stacks', () => {
  test('refer to each other by exports', () => {
    const model = readApp(
      synthesize((app) => {
        const table = new TableV2(new Stack(app, 'Data'), 'Table', { partitionKey });
        inlineFunction(new Stack(app, 'Compute'), 'Fn', { TABLE: table.tableName });
      }),
    );

    expect(environmentOf(model)).toEqual({ TABLE: model.tables[0]?.name });
  });

  test('refer to each other by outputs', () => {
    const model = readApp(
      synthesize((app) => {
        const data = new Stack(app, 'Data');
        new CfnOutput(data, 'TableName', { value: new TableV2(data, 'Table', { partitionKey }).tableName });
        const compute = new Stack(app, 'Compute');
        const fn = inlineFunction(compute, 'Fn', { NAME: 'x' });
        const byName = { 'Fn::GetStackOutput': { StackName: 'Data', OutputName: 'TableName' } };
        (fn.node.defaultChild as CfnResource).addPropertyOverride('Environment.Variables.NAME', byName);
      }),
    );

    expect(environmentOf(model)).toEqual({ NAME: 'Data-TableCD117FA1' });
  });

  test('of Stages are kept apart', () => {
    const model = readApp(
      synthesize((app) => {
        for (const name of ['Beta', 'Prod']) {
          new TableV2(new Stack(new Stage(app, name), 'Data'), 'Table', { partitionKey });
        }
      }),
    );

    expect(model.tables.map(({ path, name }) => [path, name])).toEqual([
      ['Beta/Data/Table', 'Beta-Data-TableCD117FA1'],
      ['Prod/Data/Table', 'Prod-Data-TableCD117FA1'],
    ]);
  });

  test('of one name in two Regions are kept apart', () => {
    const model = readApp(
      synthesize((app) => {
        for (const region of ['us-east-1', 'eu-west-1']) {
          const stack = new Stack(app, region, { stackName: 'Data', env: { account: '123456789012', region } });
          new TableV2(stack, 'Table', { partitionKey });
        }
      }),
    );

    expect(new Set(model.tables.map(({ name }) => name)).size).toBe(2);
  });
});

describe('conditions and parameters', () => {
  test('decide what is there', () => {
    const model = modelOf((stack) => {
      const stageName = new CfnParameter(stack, 'StageName', { default: 'dev' });
      const isDev = new CfnCondition(stack, 'IsDev', { expression: Fn.conditionEquals(stageName, 'dev') });
      const isProd = new CfnCondition(stack, 'IsProd', { expression: Fn.conditionNot(isDev) });
      for (const [id, condition] of [
        ['Dev', isDev],
        ['Prod', isProd],
      ] as const) {
        const table = new TableV2(stack, id, { partitionKey, tableName: id.toLowerCase() });
        (table.node.defaultChild as CfnTable).cfnOptions.condition = condition;
      }
      inlineFunction(stack, 'Fn', {
        LEVEL: Fn.conditionIf('IsDev', 'debug', 'warn').toString(),
        ONLY_PROD: Fn.conditionIf('IsProd', 'x', { Ref: 'AWS::NoValue' }).toString(),
      });
    });

    expect(model.tables.map(({ name }) => name)).toEqual(['dev']);
    expect(environmentOf(model)).toEqual({ LEVEL: 'debug' });
  });

  test('may be given', () => {
    const build = (stack: Stack) => {
      const level = new CfnParameter(stack, 'Level', { default: 'debug' });
      const zones = new CfnParameter(stack, 'Zones', { type: 'CommaDelimitedList', default: 'a, b' });
      inlineFunction(stack, 'Fn', { LEVEL: level.valueAsString, LAST: Fn.select(1, zones.valueAsList) });
    };

    expect(environmentOf(modelOf(build))).toEqual({ LEVEL: 'debug', LAST: 'b' });
    expect(environmentOf(modelOf(build, { parameters: { Level: 'info', 'Stack:Zones': 'x,y' } }))).toEqual({
      LEVEL: 'info',
      LAST: 'y',
    });
  });

  test('may be kept in Systems Manager by the app itself', () => {
    const model = modelOf((stack) => {
      new StringParameter(stack, 'Parameter', { parameterName: '/app/level', stringValue: 'debug' });
      inlineFunction(stack, 'Fn', {
        LEVEL: StringParameter.valueForStringParameter(stack, '/app/level'),
        AGAIN: '{{resolve:ssm:/app/level:1}}',
      });
    });

    expect(environmentOf(model)).toEqual({ LEVEL: 'debug', AGAIN: 'debug' });
  });
});
