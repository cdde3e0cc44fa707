import { type IMetric, type IWidget, MathExpression, type Metric, SingleValueWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { AgentPayments } from '../../agent-payments';
import type { PaymentProcessor } from '../../payment-processor';
import type { QuotaAuthorizer } from '../../quota-authorizer';
import { PaymentRequiredReason } from '../../quota-authorizer-base';
import { chart, heading, type Legend, Tone } from './widgets';

interface Sold {
  readonly authorizer: QuotaAuthorizer;
  readonly processor: PaymentProcessor;
  /** Where calls pay for top-ups themselves. */
  readonly agentPayments?: AgentPayments;
  /** ISO 4217 codes in lower case. */
  readonly currencies: readonly string[];
  /** Ids of plans. */
  readonly plans: readonly string[];
}

/** What came, what went back, and what was refused for want of payment. */
export function moneyRows(sold: Sold): IWidget[][] {
  const { authorizer, currencies, plans } = sold;
  const refused = (title: string, left: IMetric[]) => chart({ title, width: 12, unit: 'Calls', left, stacked: true });
  const reasons = Object.values(PaymentRequiredReason);
  return [
    [
      heading(
        'Money',
        'What came by Stripe and what went back; and what the units of refused calls would have cost, each refusal counted anew.',
      ),
    ],
    ...currencies.map((currency) => currencyRow(currency, sold)),
    [
      refused(
        '402 by reason',
        reasons.map((reason) => authorizer.metricPaymentRequiredBy({ reason, label: reason })),
      ),
      refused(
        '402 by plan',
        plans.map((plan) => authorizer.metricPaymentRequiredBy({ plan, label: plan })),
      ),
    ],
  ];
}

function currencyRow(currency: string, { authorizer, processor, agentPayments }: Sold): IWidget[] {
  const code = currency.toUpperCase();
  const taken = { label: 'Revenue', color: Tone.GOOD };
  const blocked = { label: 'Blocked', color: Tone.REFUSED };
  const returned = { label: 'Refunded', color: Tone.FAILED };
  const metrics = () => [
    inMajorUnits(
      {
        [`revenue_${currency}`]: processor.metricRevenue(currency),
        ...(agentPayments && { [`by_calls_${currency}`]: agentPayments.metricRevenue(currency) }),
      },
      currency,
      taken,
    ),
    inMajorUnits({ [`blocked_${currency}`]: authorizer.metricRevenueBlocked(currency) }, currency, blocked),
    inMajorUnits({ [`refunded_${currency}`]: processor.metricRefunded(currency) }, currency, returned),
  ];
  return [
    new SingleValueWidget({
      title: `${code}, in the time that is shown`,
      width: 9,
      height: 6,
      metrics: metrics(),
      setPeriodToTimeRange: true,
    }),
    chart({ title: `${code} as time goes`, width: 15, unit: code, left: metrics() }),
  ];
}

/** Stripe counts in cents, and people do not. */
function inMajorUnits(usingMetrics: Record<string, Metric>, currency: string, legend: Legend): MathExpression {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  const filled = Object.keys(usingMetrics).map((id) => `FILL(${id}, 0)`);
  const expression = `(${filled.join(' + ')}) / ${10 ** maximumFractionDigits}`;
  return new MathExpression({ expression, usingMetrics, ...legend });
}
