import { Match, Template } from 'aws-cdk-lib/assertions';
import { ApplicationLogLevel } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type LoggingOptions, QuotaStore } from '../../lib';
import { paidApp, TELLING } from './app';

/** An app whose paywall has all of its functions, and logs as it is told. */
function templateOf(logging?: LoggingOptions, tracing?: boolean): Template {
  const { stack, api, paywall } = paidApp((scope) => ({
    ...TELLING,
    logging,
    tracing,
    store: new QuotaStore(scope, 'Store'),
  }));
  paywall.protect(api);
  paywall.events.notifyWebhook({ url: 'https://example.com/customers' });
  return Template.fromStack(stack);
}

interface FunctionProperties {
  readonly LoggingConfig?: { readonly ApplicationLogLevel?: string };
  readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
  readonly TracingConfig?: object;
}

/** The paywall's functions, by the constructs that they are in. */
function functionsOf(template: Template): [string, FunctionProperties][] {
  return Object.entries(template.findResources('AWS::Lambda::Function'))
    .filter(([id]) => id.startsWith('Paywall'))
    .map(([id, { Properties }]) => [id, Properties]);
}

const variableOf = (properties: FunctionProperties, name: string) => properties.Environment?.Variables[name];

let plain: Template;
let told: Template;

beforeAll(() => {
  plain = templateOf();
  told = templateOf({ retention: RetentionDays.ONE_YEAR, level: ApplicationLogLevel.ERROR }, true);
});

describe('of itself', () => {
  test('a paywall keeps all of its logs for a month', () => {
    const groups = Object.values(plain.findResources('AWS::Logs::LogGroup'));
    expect(groups.length).toBeGreaterThanOrEqual(functionsOf(plain).length);
    expect(new Set(groups.map(({ Properties }) => Properties.RetentionInDays))).toEqual(new Set([30]));
  });

  test('it writes no line for each decision, and leaves nothing else out', () => {
    for (const [, properties] of functionsOf(plain)) {
      expect(properties.LoggingConfig?.ApplicationLogLevel).toBe('INFO');
      expect(variableOf(properties, 'POWERTOOLS_LOG_LEVEL')).toBeUndefined();
      expect(variableOf(properties, 'PAYWALL_DECISION_LOG_SAMPLE_RATE')).toBeUndefined();
    }
  });

  test('it is not traced, and may not send traces', () => {
    expect(functionsOf(plain).filter(([, { TracingConfig }]) => TracingConfig !== undefined)).toEqual([]);
    expect(JSON.stringify(plain.findResources('AWS::IAM::Policy'))).not.toContain('xray:');
  });
});

describe('as it is told', () => {
  test('it keeps all of its logs, the access log too, for as long', () => {
    const groups = Object.entries(told.findResources('AWS::Logs::LogGroup'));
    expect(groups.filter(([id]) => id.includes('AccessLog'))).toHaveLength(1);
    expect(new Set(groups.map(([, { Properties }]) => Properties.RetentionInDays))).toEqual(new Set([365]));
  });

  test('its functions leave out what is less than that, and Lambda does not, which would leave out metrics', () => {
    expect(functionsOf(told).length).toBeGreaterThanOrEqual(11);
    for (const [, properties] of functionsOf(told)) {
      expect(properties.LoggingConfig?.ApplicationLogLevel).toBe('INFO');
      expect(variableOf(properties, 'POWERTOOLS_LOG_LEVEL')).toBe('ERROR');
    }
  });

  test('all of its functions are traced, and may send traces and do nothing else with X-Ray', () => {
    const functions = functionsOf(told);
    for (const [, { TracingConfig }] of functions) {
      expect(TracingConfig).toEqual({ Mode: 'Active' });
    }
    const statement = Match.objectLike({
      Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
      Effect: 'Allow',
      Resource: '*',
    });
    const traced = told.findResources('AWS::IAM::Policy', {
      Properties: { PolicyDocument: { Statement: Match.arrayWith([statement]) } },
    });
    expect(Object.keys(traced)).toHaveLength(functions.length);
    const actions = JSON.stringify(told.findResources('AWS::IAM::Policy')).match(/xray:\w+/g);
    expect(new Set(actions)).toEqual(new Set(['xray:PutTraceSegments', 'xray:PutTelemetryRecords']));
  });
});

test('the authorizer, and nobody else, is told how many of its decisions to write a line of', () => {
  const template = templateOf({ decisionSampleRate: 0.01, level: ApplicationLogLevel.DEBUG });
  const rates = functionsOf(template).flatMap(([id, properties]) => {
    const rate = variableOf(properties, 'PAYWALL_DECISION_LOG_SAMPLE_RATE');
    return rate === undefined ? [] : [[id.replace(/Handler\w+$/, ''), rate]];
  });
  expect(rates).toEqual([['PaywallAuthorizer', '0.01']]);
  const levels = functionsOf(template).map(([, { LoggingConfig }]) => LoggingConfig?.ApplicationLogLevel);
  expect(new Set(levels)).toEqual(new Set(['DEBUG']));
});

test('what is worse than an error is called otherwise by Powertools', () => {
  const [, properties] = functionsOf(templateOf({ level: ApplicationLogLevel.FATAL }))[0] ?? [];
  expect(properties && variableOf(properties, 'POWERTOOLS_LOG_LEVEL')).toBe('CRITICAL');
});

test.each([
  [{ decisionSampleRate: 1.5 }, '`logging.decisionSampleRate` must be between 0 and 1, got: 1.5'],
  [{ decisionSampleRate: -0.1 }, '`logging.decisionSampleRate` must be between 0 and 1, got: -0.1'],
  [{ decisionSampleRate: Number.NaN }, '`logging.decisionSampleRate` must be between 0 and 1, got: NaN'],
  [
    { decisionSampleRate: 0.1, level: ApplicationLogLevel.WARN },
    '`logging.decisionSampleRate` needs `logging.level` INFO, which sampled decisions are written at, got: WARN',
  ],
])('logging %j is refused', (logging, message) => {
  expect(() => paidApp({ logging })).toThrow(message);
});
