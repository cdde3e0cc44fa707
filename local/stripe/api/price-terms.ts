import { requireCurrency } from '../currency';
import { parameterMissing, parameterNotServed } from '../errors';
import type { Params } from '../form';
import { INTERVALS, TAX_BEHAVIORS } from '../objects/price';

/** The terms of a price, in `price_data` and in a price of its own. */
export function priceTerms(params: Params) {
  const currency = requireCurrency(params.requiredString('currency'), params.nameOf('currency'));
  const unitAmount = params.integer('unit_amount');
  if (unitAmount === undefined) {
    throw params.has('unit_amount_decimal')
      ? parameterNotServed(params.nameOf('unit_amount_decimal'))
      : parameterMissing(params.nameOf('unit_amount'));
  }
  const recurring = params.child('recurring')?.only(['interval', 'interval_count', 'usage_type']);
  const interval = recurring?.oneOf('interval', INTERVALS);
  recurring?.oneOf('usage_type', ['licensed']);
  if (recurring !== undefined && interval === undefined) {
    throw parameterMissing(recurring.nameOf('interval'));
  }
  return {
    currency,
    unitAmount,
    recurring: interval && { interval, intervalCount: recurring?.integer('interval_count', 1) ?? 1 },
    taxBehavior: params.oneOf('tax_behavior', TAX_BEHAVIORS),
  };
}
