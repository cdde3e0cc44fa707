import { passTime } from '../billing/passing-time';
import { invalidRequest } from '../errors';
import type { Lever, LeverPull } from './lever';

export const clockLevers: readonly Lever[] = [{ path: 'clock', params: ['advance', 'to'], pull: moveClock }];

/** Everything that is due until then happens before this is answered; without a parameter it tells the time. */
function moveClock({ account, context, params }: LeverPull): object {
  const advance = params.integer('advance');
  const to = params.integer('to');
  if (advance !== undefined && to !== undefined) {
    throw invalidRequest('The clock is moved by advance or to a time, not both.', { param: 'to' });
  }
  account.clock.moveTo(to ?? context.now() + (advance ?? 0), () => passTime(account.clock, context));
  return { object: 'local.clock', now: context.now() };
}
