import { RateLimiterDynamo, RateLimiterRes } from 'rate-limiter-flexible';
import { SDK_RETRIES } from '../simulation/client';
import type { Engine } from './engine';

const TABLE = 'RateLimits';

/** The limit of every customer; one who has fewer units left has consumed the difference. */
const POINTS = 1_000_000_000;

const THIRTY_DAYS = 30 * 86_400;

/** The package that an npm search for "rate limit" and "DynamoDB" leads to, set up as its documentation says. */
export const rateLimiterFlexible: Engine = {
  name: 'rate-limiter-flexible',
  retries: SDK_RETRIES,
  table: TABLE,
  keyOf: (customer) => ({ key: { S: `quota:${customer}` } }),
  opening: (units) => ({
    points: { N: String(POINTS - units) },
    // By the real clock, which the package reads.
    expire: { N: String(Math.floor(Date.now() / 1000) + THIRTY_DAYS) },
  }),
  remaining: (item) => Math.max(0, POINTS - Number(item?.points?.N ?? 0)),
  open: ({ client }) => {
    const limiter = new RateLimiterDynamo({
      storeClient: client,
      tableName: TABLE,
      tableCreated: true,
      ttlSet: true,
      keyPrefix: 'quota',
      points: POINTS,
      duration: THIRTY_DAYS,
    });
    return {
      decide: async (customer) => {
        try {
          await limiter.consume(customer);
          return 'granted';
        } catch (rejection) {
          return rejection instanceof RateLimiterRes ? 'refused' : 'failed';
        }
      },
    };
  },
};
