import {
  Color,
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  type MetricOptions,
  Stats,
  TextWidget,
  TextWidgetBackground,
} from 'aws-cdk-lib/aws-cloudwatch';

/** Of a row, of which a dashboard has 24. */
export const FULL_WIDTH = 24;

/** One meaning, one colour, over the whole dashboard. */
export const Tone = {
  GOOD: Color.GREEN,
  CALLS: Color.BLUE,
  REFUSED: Color.ORANGE,
  FAILED: Color.RED,
  SLOW: Color.PURPLE,
  OTHER: Color.GREY,
} as const;

/** What is told about a metric, whichever it is. */
export type Legend = Pick<MetricOptions, 'label' | 'color'>;

/** The name of what comes below, and how to read it. */
export function heading(title: string, text: string): TextWidget {
  const markdown = `## ${title}\n${text}`;
  return new TextWidget({ markdown, width: FULL_WIDTH, height: 2, background: TextWidgetBackground.TRANSPARENT });
}

export interface ChartProps extends GraphWidgetProps {
  readonly title: string;
  readonly width: number;
  /** What the left axis counts in. */
  readonly unit: string;
}

/** From zero, as counts, shares and times are read; the unit stands at the axis and not at each number. */
export function chart({ unit, ...props }: ChartProps): GraphWidget {
  return new GraphWidget({ height: 6, leftYAxis: { min: 0, label: unit, showUnits: false }, ...props });
}

/** How it is for half of them, and for the slowest. */
export function percentiles(metric: (options: MetricOptions) => IMetric): IMetric[] {
  return [
    metric({ statistic: Stats.percentile(99), label: 'p99', color: Tone.SLOW }),
    metric({ statistic: Stats.percentile(50), label: 'p50', color: Tone.CALLS }),
  ];
}
