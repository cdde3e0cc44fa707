import type { Engine } from './engine';
import { conditionalUpdate, getThenUpdate } from './hand-written';
import { exact, leased } from './paywall';
import { rateLimiterFlexible } from './rate-limiter-flexible';

/** The engines under test, the paywall's own first. */
export const ENGINES: readonly Engine[] = [exact, leased, conditionalUpdate, getThenUpdate, rateLimiterFlexible];
