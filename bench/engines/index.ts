import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from './engine';
import { conditionalUpdate, getThenUpdate } from './hand-written';
import { exact, leased } from './paywall';
import { rateLimiterFlexible } from './rate-limiter-flexible';

const LEASES = join(__dirname, '../../lambda/domain/leased-spending-store');

/** The engines under test, the paywall's own first. */
export async function engines(): Promise<Engine[]> {
  const own: Engine[] = [exact];
  if (existsSync(`${LEASES}.ts`)) {
    const { LeasedSpendingStore } = (await import(LEASES)) as { LeasedSpendingStore: Parameters<typeof leased>[0] };
    own.push(leased(LeasedSpendingStore));
  }
  return [...own, conditionalUpdate, getThenUpdate, rateLimiterFlexible];
}
