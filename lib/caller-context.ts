import { TemplateValue } from './template-value';

/**
 * What the authorizer tells of the caller, for mapping templates (`.template`, or as a member of `JsonTemplate`) and parameter mappings
 * (`.parameter`). On open routes, which no authorizer is asked for, there is nothing of it.
 */
export class CallerContext extends TemplateValue {
  /** The customer's id: letters and digits. */
  public static readonly CUSTOMER = new CallerContext('customer');

  /** The id of the plan that the customer is on. */
  public static readonly PLAN = new CallerContext('plan');

  /** Units that are left after this call; `unlimited` where the plan has no limit. */
  public static readonly REMAINING = new CallerContext('remainingUnits');

  /** Units that this call was charged. */
  public static readonly COST = new CallerContext('cost');

  /** As the source of a parameter mapping: `context.authorizer.customer`. */
  public readonly parameter: string;

  private constructor(name: string) {
    super(TemplateValue._escaped(`$context.authorizer.${name}`));
    this.parameter = `context.authorizer.${name}`;
  }
}
