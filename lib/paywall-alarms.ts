import { Duration } from 'aws-cdk-lib';
import { Alarm, AnomalyDetectionAlarm, type IAlarmAction, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { PaymentProcessor } from './payment-processor';
import { type AlarmDefinition, AT_LEAST } from './private/alarms/alarm-definition';
import { decisionLatency, paymentRequired, storeThrottling, undecidedCalls } from './private/alarms/decision-alarms';
import {
  failedEvents,
  failedWebhooks,
  reconcilerErrors,
  reconcilerLag,
  reconcilerSilence,
  refusedWebhooks,
} from './private/alarms/stripe-alarms';
import { type DeadLetters, paymentsDeadLetters } from './private/dead-letters';
import { requireInteger } from './private/validation';
import type { QuotaAuthorizer } from './quota-authorizer';
import type { QuotaStore } from './quota-store';
import type { StripeReconciler } from './stripe-reconciler';
import type { StripeWebhook } from './stripe-webhook';

/** Options of `Paywall.alarms`. */
export interface PaywallAlarmsOptions {
  /**
   * Who is told when something begins to be wrong.
   *
   * @default - nobody: the alarms are seen in CloudWatch, and can be given other actions
   */
  readonly topic?: ITopic;

  /**
   * How many of a hundred calls may be answered with 503, from 4 to 100: what counts 401s is a little late, and below that a flood of them
   * would ring.
   *
   * @default 5
   */
  readonly undecidedPercent?: number;

  /**
   * What the slowest of a hundred decisions may take; where calls pay for top-ups themselves, those that do wait for Stripe.
   *
   * @default Duration.seconds(1)
   */
  readonly decisionLatency?: Duration;

  /**
   * Calls answered with 402 within 15 minutes below which there is no jump, whatever is usual.
   *
   * @default 100
   */
  readonly paymentRequiredFloor?: number;

  /**
   * How far from what is usual calls answered with 402 may be, in standard deviations.
   *
   * @default 4
   */
  readonly paymentRequiredDeviations?: number;

  /**
   * Events of Stripe that may not fail within an hour; and requests with a signature that does not fit, while no event is accepted.
   *
   * @default 3
   */
  readonly failedWebhooks?: number;

  /**
   * How far the reconciler may be behind Stripe.
   *
   * @default - an hour, or four of its intervals where that is longer
   */
  readonly reconcilerLag?: Duration;

  /**
   * Requests to the store that may not be throttled within 5 minutes.
   *
   * @default 10
   */
  readonly throttledRequests?: number;
}

/** Properties of `PaywallAlarms`. */
export interface PaywallAlarmsProps extends PaywallAlarmsOptions {
  /** Whose decisions are watched. */
  readonly authorizer: QuotaAuthorizer;

  /** Whose dead letters are watched. */
  readonly processor: PaymentProcessor;

  /** Whose throttling is watched. */
  readonly store: QuotaStore;

  /** Whose runs are watched. */
  readonly reconciler: StripeReconciler;

  /**
   * What takes Stripe's events.
   *
   * @default - they come by EventBridge
   */
  readonly webhook?: StripeWebhook;
}

/**
 * Alarms for what an operator must see to: calls that are not decided or wait, money that is on its way and does not arrive, and whatever is
 * in a dead-letter queue. Each says in its description what it means and what to do. All are quiet while everything is well, but for the
 * first minutes after a first deployment, when the reconciler has not run yet.
 */
export class PaywallAlarms extends Construct {
  /** Calls cannot be decided. */
  public readonly undecidedCalls: Alarm;

  /** Decisions are slow. */
  public readonly decisionLatency: Alarm;

  /** Many more calls than usual are answered with 402. */
  public readonly paymentRequired: Alarm;

  /** DynamoDB throttles. */
  public readonly storeThrottling: Alarm;

  /** Events that the webhook takes are not carried out; none where events come by EventBridge. */
  public readonly failedWebhooks?: Alarm;

  /** The webhook refuses everything that comes; none where events come by EventBridge. */
  public readonly refusedWebhooks?: Alarm;

  /** An event could not be carried out, and waits for the operator. */
  public readonly deadLetters: Alarm;

  /** The reconciler has listed events that could not be carried out. */
  public readonly failedEvents: Alarm;

  /** The reconciler fails again and again. */
  public readonly reconcilerErrors: Alarm;

  /** The reconciler does not run. */
  public readonly reconcilerSilence: Alarm;

  /** The reconciler does not get to the end of what has happened at Stripe. */
  public readonly reconcilerLag: Alarm;

  private readonly alarms: Alarm[] = [];
  private readonly action?: IAlarmAction;

  constructor(scope: Construct, id: string, props: PaywallAlarmsProps) {
    super(scope, id);
    const { authorizer, store, reconciler, webhook } = props;
    const {
      undecidedPercent = 5,
      throttledRequests = 10,
      paymentRequiredFloor = 100,
      failedWebhooks: failed = 3,
    } = props;
    requireInteger('alarms: undecidedPercent', undecidedPercent, 4, 100);
    requireInteger('alarms: throttledRequests', throttledRequests, 1, 1_000_000);
    requireInteger('alarms: paymentRequiredFloor', paymentRequiredFloor, 1, 1_000_000_000);
    requireInteger('alarms: failedWebhooks', failed, 1, 1_000_000);
    const { paymentRequiredDeviations: stdDevs = 4 } = props;
    if (!(stdDevs > 0 && stdDevs <= 100)) {
      throw new Error(`\`alarms: paymentRequiredDeviations\` must be more than 0 and at most 100, got: ${stdDevs}`);
    }
    this.action = props.topic && new SnsAction(props.topic);
    const period = literal(reconciler.interval);
    const lag = props.reconcilerLag ?? Duration.seconds(Math.max(3_600, 4 * period.toSeconds()));

    this.undecidedCalls = this.alarm('UndecidedCalls', undecidedCalls(authorizer, undecidedPercent));
    const latency = props.decisionLatency ?? Duration.seconds(1);
    this.decisionLatency = this.alarm('DecisionLatency', decisionLatency(authorizer, latency));
    this.paymentRequired = this.anomaly('PaymentRequired', {
      ...paymentRequired(authorizer, { floor: paymentRequiredFloor }),
      stdDevs,
    });
    this.storeThrottling = this.alarm('StoreThrottling', storeThrottling(store, throttledRequests));
    if (webhook !== undefined) {
      this.failedWebhooks = this.alarm('FailedWebhooks', failedWebhooks(webhook, failed));
      this.refusedWebhooks = this.alarm('RefusedWebhooks', refusedWebhooks(webhook, failed));
    }
    this.deadLetters = this._watch(paymentsDeadLetters(props.processor));
    this.failedEvents = this.alarm('FailedEvents', failedEvents(reconciler, period));
    this.reconcilerErrors = this.alarm('ReconcilerErrors', reconcilerErrors(reconciler, period));
    this.reconcilerSilence = this.alarm('ReconcilerSilence', reconcilerSilence(reconciler, period));
    this.reconcilerLag = this.alarm('ReconcilerLag', reconcilerLag(reconciler, lag, period));
  }

  /** All of them, those on dead-letter queues included: to give them further actions. Those of later `notifyWebhook`s come later. */
  public get all(): Alarm[] {
    return [...this.alarms];
  }

  /**
   * Rings while there is something in a dead-letter queue.
   *
   * @internal
   */
  public _watch({ alarmId, metric, description }: DeadLetters): Alarm {
    return this.alarm(alarmId, {
      alarmDescription: description,
      metric: metric({ period: Duration.minutes(5) }),
      evaluationPeriods: 1,
      // SQS tells nothing of a queue that nobody has touched for hours, and what is in it is in it still.
      treatMissingData: TreatMissingData.IGNORE,
    });
  }

  private alarm(id: string, definition: AlarmDefinition): Alarm {
    return this.announced(new Alarm(this, id, { ...AT_LEAST, ...definition }));
  }

  private anomaly(id: string, definition: ConstructorParameters<typeof AnomalyDetectionAlarm>[2]): Alarm {
    const { treatMissingData } = AT_LEAST;
    return this.announced(new AnomalyDetectionAlarm(this, id, { treatMissingData, ...definition }));
  }

  private announced(alarm: Alarm): Alarm {
    this.alarms.push(alarm);
    if (this.action !== undefined) {
      alarm.addAlarmAction(this.action);
    }
    return alarm;
  }
}

function literal(interval: Duration): Duration {
  if (interval.isUnresolved()) {
    throw new Error(`\`Payments.stripe: reconcile\` must be a literal duration for alarms, got a token: ${interval}`);
  }
  return interval;
}
