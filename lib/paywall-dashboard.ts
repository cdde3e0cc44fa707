import { Aspects, type Duration } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Paywall } from './paywall';
import { callRows, feelRows } from './private/dashboard/call-rows';
import { moneyRows } from './private/dashboard/money-rows';
import { storeRows, stripeRows } from './private/dashboard/upkeep-rows';
import { FULL_WIDTH, heading } from './private/dashboard/widgets';

/** Options of `Paywall.dashboard`. */
export interface PaywallDashboardOptions {
  /**
   * The dashboard's name, which is unique in the account.
   *
   * @default - generated
   */
  readonly dashboardName?: string;

  /**
   * The time that is shown at first.
   *
   * @default - CloudWatch's own, three hours
   */
  readonly defaultInterval?: Duration;

  /**
   * ISO 4217 codes of the currencies that money is shown in.
   *
   * @default - those of the catalogue's prices; of a price made by `Price.fromStripe` it is not known here
   */
  readonly currencies?: string[];
}

/** Properties of `PaywallDashboard`. */
export interface PaywallDashboardProps extends PaywallDashboardOptions {
  /** What is shown. */
  readonly paywall: Paywall;
}

/**
 * One CloudWatch dashboard, to be read from top to bottom: what rings, where `alarms()` was called; money; calls; how it feels; Stripe's way;
 * dead letters, and the table. It shows what the app holds when it is complete, whatever was made after it. CloudWatch takes three dollars a
 * month for a dashboard, and nothing for the first three of an account.
 */
export class PaywallDashboard extends Construct {
  /** The dashboard. */
  public readonly dashboard: Dashboard;

  private readonly further: IWidget[][] = [];

  constructor(scope: Construct, id: string, props: PaywallDashboardProps) {
    super(scope, id);
    const { paywall, dashboardName, defaultInterval } = props;
    const currencies = props.currencies?.map(requireCurrency) ?? paywall.catalogue._currencies();
    this.dashboard = new Dashboard(this, 'Dashboard', { dashboardName, defaultInterval });
    let isLaidOut = false;
    Aspects.of(this).add({
      visit: () => {
        if (!isLaidOut) {
          isLaidOut = true;
          for (const row of [...rowsOf(paywall, currencies), ...this.further]) {
            this.dashboard.addWidgets(...row);
          }
        }
      },
    });
  }

  /** Adds a row of widgets below the others. */
  public addWidgets(...widgets: IWidget[]): void {
    this.further.push(widgets);
  }
}

function rowsOf(paywall: Paywall, currencies: readonly string[]): IWidget[][] {
  const { authorizer, processor, agentPayments, reconciler, webhook, store, catalogue } = paywall;
  const { alarms, apis, deadLetters } = paywall._watched();
  const plans = catalogue.plans.map(({ id }) => id);
  const ringing = new AlarmStatusWidget({
    title: 'Alarms',
    width: FULL_WIDTH,
    height: 2 + Math.ceil(alarms.length / 6),
    alarms: [...alarms],
  });
  return [
    ...(alarms.length === 0
      ? []
      : [[heading('What rings', 'Each alarm says what it means, and what to do.')], [ringing]]),
    ...moneyRows({ authorizer, processor, agentPayments, currencies, plans }),
    ...callRows(authorizer),
    ...feelRows(authorizer, apis),
    ...stripeRows({ processor, reconciler, webhook }),
    ...storeRows(store, deadLetters),
  ];
}

function requireCurrency(currency: string): string {
  if (!Intl.supportedValuesOf('currency').includes(currency.toUpperCase())) {
    throw new Error(`\`dashboard: currencies\` must be ISO 4217 codes such as "usd", got: ${JSON.stringify(currency)}`);
  }
  return currency.toLowerCase();
}
