import type { UsagePlanModel } from '../template/model';

export type QuotaSettings = NonNullable<UsagePlanModel['quota']>;

const DAY = 86_400_000;
/** 1970-01-01 was a Thursday, and weeks start on Sunday. */
const EPOCH_WEEKDAY = 4;

/** The period that a moment falls into (UTC). The offset is the day on which it starts: for a week, 0 is Sunday. */
export function quotaPeriod({ period, offset }: QuotaSettings, now: number): string {
  const day = Math.floor(now / DAY);
  switch (period) {
    case 'DAY':
      return `DAY ${day}`;
    case 'WEEK':
      return `WEEK ${Math.floor((day + EPOCH_WEEKDAY - offset) / 7)}`;
    case 'MONTH':
      return `MONTH ${new Date((day - offset) * DAY).toISOString().slice(0, 7)}`;
  }
}
