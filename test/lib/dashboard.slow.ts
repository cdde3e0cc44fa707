import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { type IMetric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { PaymentRequiredReason, Payments, StripeEvents } from '../../lib';
import { paidApp, topUp } from './app';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { title?: string; markdown?: string; metrics?: unknown[][]; alarms?: string[] };
}

/** The body of the only dashboard, with each token as the logical id that it stands for. */
function bodyOf(template: Template): { widgets: Widget[]; periodOverride?: string; start?: string } {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const parts: (string | { Ref?: string; 'Fn::GetAtt'?: string[] })[] =
    dashboard?.Properties.DashboardBody['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : idOf(part))).join(''));
}

function idOf({ Ref, 'Fn::GetAtt': attribute = [] }: { Ref?: string; 'Fn::GetAtt'?: string[] }): string {
  return Ref ?? attribute[0] ?? '';
}

let full: { widgets: Widget[]; start?: string } | undefined;

/** Of a paywall with alarms, and with what is made after the dashboard was asked for. */
function everything() {
  if (full === undefined) {
    const { stack, api, paywall } = paidApp({ topUps: [topUp()] });
    const dashboard = paywall.dashboard({ defaultInterval: Duration.hours(12) });
    dashboard.addWidgets(new TextWidget({ markdown: 'our own' }));
    paywall.protect(api);
    paywall.alarms();
    paywall.events.notifyWebhook({ url: 'https://hooks.example.com/', id: 'Hook' });
    full = bodyOf(Template.fromStack(stack));
  }
  return full;
}

const titled = (title: string) => everything().widgets.find(({ properties }) => properties.title === title);
const names = ({ properties }: Widget) =>
  (properties.metrics ?? []).flatMap((row) => (typeof row[1] === 'string' ? [row[1]] : []));

describe('the dashboard', () => {
  test('is read from what rings down to the table, and ends with what was added', () => {
    const headings = everything().widgets.flatMap(({ properties }) => properties.markdown?.split('\n')[0] ?? []);
    expect(headings).toEqual([
      '## What rings',
      '## Money',
      '## Calls',
      '## How it feels',
      "## Stripe's way",
      '## Dead letters, and the table',
      'our own',
    ]);
  });

  test('has no widget over another, and none beyond its 24 columns', () => {
    const { widgets } = everything();
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, index) => `${x + (index % width)}:${y + Math.floor(index / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...widgets.map(({ x, width }) => x + width))).toBe(24);
  });

  test('shows money in the unit that people count in, and refusals by reason and by plan', () => {
    const money = titled('USD, in the time that is shown');
    expect(JSON.stringify(money?.properties.metrics)).toContain('(FILL(revenue_usd, 0)) / 100');
    expect(money && names(money)).toEqual(['Revenue', 'RevenueBlocked', 'Refunded']);
    const [byReason, byPlan] = [titled('402 by reason'), titled('402 by plan')];
    expect(JSON.stringify(byReason)).toContain('"Reason","quota_exhausted"');
    expect(byReason && names(byReason)).toEqual(Array(6).fill('PaymentRequired'));
    expect(JSON.stringify(byPlan)).toContain('"Plan","pro"');
  });

  test.each([
    ['Calls', ['Calls', 'PaymentRequired', 'UnauthorizedCalls']],
    ['Units', ['Units']],
    ['Decided without asking the store', ['LeasedCalls', 'Calls']],
    ['Decision latency', ['DecisionLatency', 'DecisionLatency']],
    ['Not decided', ['FailedDecisions', 'FailOpenCalls', 'Throttles', 'StoreRetries']],
    ['Api: answers', ['Count', '4XXError', '5XXError']],
    ['Api: latency', ['Latency', 'Latency']],
    ['From an event until it was carried out', ['WebhookLag', 'WebhookLag']],
    ['Webhooks that failed', ['FailedWebhooks', 'RefusedWebhooks']],
    ['Reconciler', ['MissedEvents', 'FailedEvents', 'ReconcilerLag']],
    ['Dead letters', Array(4).fill('ApproximateNumberOfMessagesVisible')],
    ['Table: capacity taken', ['ConsumedWriteCapacityUnits', 'ConsumedReadCapacityUnits']],
    ['Table: throttled', ['ReadThrottleEvents', 'WriteThrottleEvents']],
  ])('shows %s', (title, metrics) => {
    const widget = titled(title);
    expect(widget && names(widget)).toEqual(metrics);
  });

  test('names every alarm, that of a webhook which came later included', () => {
    const alarms = titled('Alarms')?.properties.alarms ?? [];
    expect(alarms).toHaveLength(14);
    expect(alarms.join()).toMatch(/AlarmsUndecidedCalls.*AlarmsCustomerWebhookDeadLettersHook/);
  });

  test('shows at first as long a time as it was told', () => {
    expect(everything().start).toBe('-PT12H');
  });
});

test('without alarms, and with events that come by EventBridge, it begins with money and shows no webhook', () => {
  const { stack, api, paywall } = paidApp((stack) => ({
    payments: Payments.stripe({
      secretKey: Secret.fromSecretNameV2(stack, 'Key', 'stripe/secret-key'),
      events: StripeEvents.eventBridge({ eventSourceName: 'aws.partner/stripe.com/ed_1' }),
    }),
  }));
  paywall.protect(api);
  paywall.dashboard({ dashboardName: 'paid', currencies: ['EUR', 'jpy'] });
  const template = Template.fromStack(stack);
  const { widgets } = bodyOf(template);

  template.hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'paid' });
  template.resourcePropertiesCountIs('AWS::CloudWatch::Dashboard', { DashboardBody: Match.anyValue() }, 1);
  expect(widgets[0]?.properties.markdown).toMatch(/^## Money/);
  expect(JSON.stringify(widgets)).not.toMatch(/FailedWebhooks/);
  expect(JSON.stringify(widgets)).toContain('(FILL(revenue_eur, 0)) / 100');
  expect(JSON.stringify(widgets)).toContain('(FILL(revenue_jpy, 0)) / 1"');
});

describe('a metric of the authorizer', () => {
  const { paywall, stack } = paidApp();
  const { authorizer } = paywall;
  const statOf = (metric: IMetric) => stack.resolve(metric.toMetricConfig().metricStat);
  const mathOf = (metric: IMetric) => metric.toMetricConfig().mathExpression;

  test('is for a reason and a plan one, and for a reason alone a sum over plans', () => {
    const reason = PaymentRequiredReason.PAYMENT_FAILED;
    expect(statOf(authorizer.metricPaymentRequiredBy({ reason, plan: 'pro' })).dimensions).toEqual([
      { name: 'FunctionName', value: expect.anything() },
      { name: 'Plan', value: 'pro' },
      { name: 'Reason', value: 'payment_failed' },
    ]);
    const summed = mathOf(authorizer.metricPaymentRequiredBy({ reason, period: Duration.hours(1) }));
    expect(summed).toMatchObject({
      expression: 'FILL(payment_failed_0, 0) + FILL(payment_failed_1, 0)',
      period: 3_600,
    });
    expect(mathOf(authorizer.metricPaymentRequiredBy({ plan: 'free' }))?.expression.split(' + ')).toHaveLength(3);
  });

  test('of blocked revenue is in a currency, as Stripe writes it', () => {
    const { dimensions } = statOf(authorizer.metricRevenueBlocked('EUR'));
    expect(dimensions).toContainEqual({ name: 'Currency', value: 'eur' });
  });

  test('of latency is the slowest of a hundred, where nothing else is asked for', () => {
    expect(authorizer.metricDecisionLatency().statistic).toBe('p99');
    expect(authorizer.metricDecisionLatency({ statistic: 'p50' }).statistic).toBe('p50');
  });
});

describe('synthesis refuses', () => {
  test('a dashboard that is there already', () => {
    const { paywall } = paidApp();
    paywall.dashboard();
    expect(() => paywall.dashboard()).toThrow('`dashboard` must be called once, got again: Stack/Paywall');
  });

  test('a currency that is none, and a plan that is not sold', () => {
    const { paywall } = paidApp();
    expect(() => paywall.dashboard({ currencies: ['dollars'] })).toThrow(
      '`dashboard: currencies` must be ISO 4217 codes such as "usd", got: "dollars"',
    );
    expect(() => paywall.authorizer.metricPaymentRequiredBy({ plan: 'gold' })).toThrow(
      '`plan` must be one of ["free","pro"] for its metric, got: "gold"',
    );
  });
});
