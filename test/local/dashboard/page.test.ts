import { dashboardPage } from '../../../local/dashboard/page';
import { scaleFor, short } from '../../../local/dashboard/scale';
import type { LambdaRuntime } from '../../../local/lambda/runtime';
import { LocalMetrics } from '../../../local/metrics/local-metrics';

const NOW = Date.UTC(2026, 0, 2, 12, 0, 5);
const running: LocalMetrics[] = [];

afterEach(() => {
  for (const metrics of running.splice(0)) metrics.close();
});

function started(): LocalMetrics {
  const metrics = new LocalMetrics({ clock: () => NOW });
  running.push(metrics);
  return metrics;
}

/** The page of a dashboard with one widget. */
function draw(properties: object, metrics = started(), { type = 'metric', alarms = [] as object[] } = {}): string {
  const widgets = [{ type, x: 6, y: 2, width: 12, height: 6, properties }];
  const dashboards = [{ name: 'd', path: 'Shop/Dashboard', body: { widgets } }];
  return dashboardPage({ dashboards, alarms: alarms as never, metrics, now: NOW });
}

/** What a function prints of its calls, some seconds ago. */
function calls(metrics: LocalMetrics, secondsAgo: number, Calls: number): void {
  const directive = { Namespace: 'Shop', Dimensions: [['FunctionName']], Metrics: [{ Name: 'Calls' }] };
  const _aws = { Timestamp: NOW - secondsAgo * 1_000, CloudWatchMetrics: [directive] };
  metrics.takeLine(JSON.stringify({ _aws, FunctionName: 'f', Calls }));
}

const CALLS = ['Shop', 'Calls', 'FunctionName', 'f'];

describe('a chart', () => {
  test('is at its place in the grid, with a point for what was printed, its legend and its unit', () => {
    const metrics = started();
    calls(metrics, 25, 3);
    calls(metrics, 24, 4);
    const page = draw(
      {
        title: 'Calls',
        metrics: [[...CALLS, { stat: 'Sum', label: 'Decided', color: '#123456' }]],
        yAxis: { left: { label: 'Units' } },
      },
      metrics,
    );
    expect(page).toContain('grid-column:7/span 12;grid-row:3/span 6');
    expect(page).toMatch(/<title>Decided: 7 at \d\d:\d\d:40<\/title>/);
    expect(page).toContain('<li><i style="background:#123456"></i>Decided</li>');
    expect(page).toMatch(/<text class="unit left"[^>]*>Units<\/text>/);
  });

  test('draws lines that are computed, and not what they are computed from', () => {
    const metrics = started();
    calls(metrics, 25, 8);
    const page = draw(
      {
        metrics: [
          [{ expression: '100 * FILL(m1, 0)', label: 'Share' }],
          [...CALLS, { id: 'm1', visible: false, stat: 'Sum' }],
        ],
      },
      metrics,
    );
    expect(page).toContain('Share: 800 at');
    expect(page.match(/<polyline/g)).toHaveLength(1);
  });

  test('stacks areas, each of which tells its own value', () => {
    const metrics = started();
    calls(metrics, 25, 5);
    const row = [...CALLS, { stat: 'Sum' }];
    const page = draw({ stacked: true, metrics: [row, ['...', { stat: 'Maximum', label: 'Above' }]] }, metrics);
    const heights = [...page.matchAll(/cy="([\d.]+)" r="\d"[^>]*><title>(\w+): 5 /g)].map(([, y]) => Number(y));
    expect(heights).toHaveLength(2);
    expect(new Set(heights).size).toBe(2);
  });

  test('says so where nothing was counted', () => {
    expect(draw({ metrics: [CALLS] })).toContain('nothing in this time');
  });
});

test('a number is of the whole time, where its widget asks for that', () => {
  const metrics = started();
  calls(metrics, 600, 1_200);
  calls(metrics, 20, 34.5);
  const widget = { view: 'singleValue', metrics: [[...CALLS, { stat: 'Sum' }]] };
  expect(draw({ ...widget, setPeriodToTimeRange: true }, metrics)).toContain('>1,234.50</dd>');
  expect(draw(widget, metrics)).toContain('>34.50</dd>');
});

describe('what cannot be drawn is named', () => {
  test.each([
    [{ metrics: [['AWS/DynamoDB', 'ReadThrottleEvents', 'TableName', 't']] }, 'AWS/DynamoDB is not counted'],
    [{ metrics: [[{ expression: 'RATE(m1)', id: 'e1' }], [...CALLS, { id: 'm1' }]] }, 'RATE with 1 parameters'],
    [{ metrics: [[{ expression: 'm9 + 1' }]] }, 'm9 + 1 asks for m9, which is not there'],
    [{ metrics: [[{ expression: 'e1 + 1', id: 'e1' }]] }, 'e1 + 1 asks for e1'],
    [{ view: 'pie', metrics: [CALLS] }, 'a widget of pie is not drawn here'],
  ])('%j', (properties, reason) => {
    expect(draw(properties)).toContain(reason);
  });

  test('alarms are named by their paths, with what they mean', () => {
    const alarms = [{ arn: 'arn:1', path: 'Shop/Paywall/Alarms/DeadLetters', description: 'A "payment"' }];
    const page = draw({ title: 'Alarms', alarms: ['arn:1'] }, started(), { type: 'alarm', alarms });
    expect(page).toContain('<li title="A &quot;payment&quot;">DeadLetters</li>');
    expect(page).toContain('alarms ring on AWS only');
  });
});

test('what a dashboard says is text, and no markup or style of the page', () => {
  const page = draw({ title: '<script>', metrics: [[...CALLS, { label: '<b>', color: 'red;x:url(y)' }]] });
  expect(page).not.toMatch(/<script>|<b>&lt;|url\(y\)/);
  expect(draw({ markdown: '## A & B\n- one\nplain' }, started(), { type: 'text' })).toMatch(
    /<h2>A &amp; B<\/h2>\s*<p class="item">one<\/p>\s*<p>plain<\/p>/,
  );
});

test('an app without a dashboard is told how to get one', () => {
  const page = dashboardPage({ dashboards: [], alarms: [], metrics: started(), now: NOW });
  expect(page).toContain('paywall.dashboard()');
});

test('a function is counted as Lambda counts it, with a version or without', async () => {
  const metrics = started();
  const arn = 'arn:aws:lambda:us-east-1:123456789012:function:f';
  const results = [
    { ok: true, payload: 1 },
    { ok: false, errorType: 'Error', errorMessage: 'no' },
  ] as const;
  let run = 0;
  const runtime: LambdaRuntime = {
    invoke: async () => results[run++] ?? results[0],
    close: async () => undefined,
  };
  const counted = metrics.ofLambda(runtime, [{ arn, name: 'f' } as never]);
  expect(await counted.invoke(arn, {})).toEqual(results[0]);
  await counted.invoke(`${arn}:live`, {});

  const { Metrics } = metrics.asJson();
  const sums = Metrics.map(({ Namespace, MetricName, Dimensions, Statistics }) => [
    `${Namespace} ${MetricName} ${Dimensions.FunctionName}`,
    MetricName === 'Duration' ? Statistics.SampleCount : Statistics.Sum,
  ]);
  expect(Object.fromEntries(sums)).toEqual({
    'AWS/Lambda Invocations f': 2,
    'AWS/Lambda Errors f': 1,
    'AWS/Lambda Duration f': 2,
  });
});

test.each([
  [
    [0.3, 0.7],
    [0, 0.2, 0.4, 0.6, 0.8],
  ],
  [[193], [0, 50, 100, 150, 200]],
  [[7_200], [0, 2_000, 4_000, 6_000, 8_000]],
  [[], [0, 0.25, 0.5, 0.75, 1]],
])('an axis for %j has round numbers', (values, ticks) => {
  expect(scaleFor(values).ticks).toEqual(ticks);
});

test('numbers at an axis are short', () => {
  expect([0.05, 12.5, 9_999, 12_000, 3_000_000].map(short)).toEqual(['0.05', '12.5', '10000', '12k', '3M']);
});
