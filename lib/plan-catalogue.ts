import { Duration, type Stack, Token } from 'aws-cdk-lib';
import { Clawback } from './clawback';
import type { Plan } from './plan';
import type { Catalogue } from './private/catalogue';
import type { SoldItem } from './private/stripe-catalogue';
import { requireDistinctIds } from './private/validation';
import type { TopUp } from './top-up';

/** Properties of `PlanCatalogue`. */
export interface PlanCatalogueProps {
  /** The plans, at least one of them. */
  readonly plans: Plan[];

  /**
   * What can be bought beside a plan.
   *
   * @default - nothing
   */
  readonly topUps?: TopUp[];

  /**
   * The id of the plan that a new customer starts on, and that a cancelled subscription falls back to. Its units are given without
   * a payment, also where the plan has a price.
   *
   * @default - the first free plan
   */
  readonly defaultPlan?: string;

  /**
   * How long a customer is served after a renewal has failed.
   *
   * @default Duration.days(3)
   */
  readonly gracePeriod?: Duration;

  /**
   * What becomes of bought units whose money has gone back.
   *
   * @default Clawback.credits()
   */
  readonly clawback?: Clawback;
}

/** Everything that is sold: the one list that the authorizer, the billing routes and the webhook share. */
export class PlanCatalogue {
  /** The plans. */
  public readonly plans: Plan[];

  /** What can be bought beside a plan. */
  public readonly topUps: TopUp[];

  /** The id of the plan that a new customer starts on. */
  public readonly defaultPlan: string;

  private readonly gracePeriod: Duration;
  private readonly clawback: Clawback;

  constructor(props: PlanCatalogueProps) {
    this.plans = [...props.plans];
    this.topUps = [...(props.topUps ?? [])];
    if (this.plans.length === 0) {
      throw new Error('`plans` must hold at least one plan, got: []');
    }
    requireDistinctIds(
      'plans',
      this.plans.map((plan) => plan.id),
    );
    requireDistinctIds(
      'topUps',
      this.topUps.map((topUp) => topUp.id),
    );
    this.defaultPlan = startingPlan(this.plans, props.defaultPlan);
    this.gracePeriod = props.gracePeriod ?? Duration.days(3);
    this.clawback = props.clawback ?? Clawback.credits();
  }

  /**
   * What prices are in, as far as it is known at synth.
   *
   * @internal
   */
  public _currencies(): string[] {
    const priced = [...this.plans.map((plan) => plan._render()), ...this.topUps.map((topUp) => topUp._render())];
    const known = priced.flatMap(({ price }) => price?.currency ?? []).filter((code) => !Token.isUnresolved(code));
    return [...new Set(known.map((code) => code.toLowerCase()))];
  }

  /**
   * What is made at Stripe.
   *
   * @internal
   */
  public _sold(): SoldItem[] {
    const plans = this.plans.map((plan) => ({ kind: 'plan' as const, ...plan._render() }));
    const topUps = this.topUps.map((topUp) => ({ kind: 'topUp' as const, ...topUp._render() }));
    return [...plans, ...topUps].flatMap(({ kind, id, name, price }) =>
      price?.amount === undefined || price.currency === undefined
        ? []
        : [{ kind, id, name, amount: price.amount, currency: price.currency, interval: price.interval }],
    );
  }

  /**
   * As the handlers read it.
   *
   * @internal
   */
  public _render(stack: Stack): string {
    const catalogue: Catalogue = {
      plans: this.plans.map((plan) => plan._render()),
      topUps: this.topUps.map((topUp) => topUp._render()),
      defaultPlan: this.defaultPlan,
      gracePeriod: this.gracePeriod.toSeconds(),
      clawback: this.clawback._credits,
    };
    return stack.toJsonString(catalogue);
  }
}

function startingPlan(plans: readonly Plan[], wanted: string | undefined): string {
  const ids = JSON.stringify(plans.map((plan) => plan.id));
  if (wanted === undefined) {
    const free = plans.find((plan) => plan.price === undefined);
    if (free === undefined) {
      throw new Error(
        `\`plans\` must hold a free plan to start from, or name one in \`defaultPlan\`, got only: ${ids}`,
      );
    }
    return free.id;
  }
  if (!plans.some((plan) => plan.id === wanted)) {
    throw new Error(`\`defaultPlan\` must be one of ${ids}, got: ${JSON.stringify(wanted)}`);
  }
  return wanted;
}
