import type { EpochSeconds } from '../domain/clock';

export function systemClock(): EpochSeconds {
  return Math.floor(Date.now() / 1000);
}
