import { hotCustomer } from './hot-customer';
import { PLACEMENTS, zipf } from './many-customers';
import type { Metric, Scale, Scenario } from './scenario';

/** List prices in us-east-1, in dollars a million, without any free tier. */
const PRICE = {
  restApiCall: 3.5,
  lambdaRequest: 0.2,
  /** Of arm64. */
  lambdaGbSecond: 13.3334,
  dynamoDbWrite: 0.625,
  dynamoDbRead: 0.125,
};

/** As the package's handlers have it. */
const MEMORY_GB = 0.5;

const perMillionCalls: Metric = {
  name: 'dollars per million calls',
  unit: '$',
  of: ({ usage, total, busy }) => {
    const per = (count: number) => count / Math.max(1, total.decisions - total.counts.failed);
    return (
      PRICE.restApiCall +
      PRICE.lambdaRequest +
      per(busy / 1_000) * MEMORY_GB * PRICE.lambdaGbSecond +
      per(usage.writeUnits) * PRICE.dynamoDbWrite +
      per(usage.readUnits) * PRICE.dynamoDbRead
    );
  },
};

export function costs(scale: Scale): Scenario {
  // Without a cap, so that every engine pays for everything that it decides.
  const unbounded = { writeUnits: Number.POSITIVE_INFINITY, readUnits: Number.POSITIVE_INFINITY };
  return {
    title: 'What a million calls cost',
    description: 'Counted operations by list prices: the REST API, the authorizer, DynamoDB.',
    metrics: [perMillionCalls],
    variants: [
      {
        name: 'hot customer, 64 environments in turn',
        load: {
          customers: [hotCustomer()],
          environments: 64,
          placement: 'spread',
          milliseconds: 4_000 * scale,
          dynamoDb: unbounded,
        },
      },
      ...PLACEMENTS.map(({ name, environments, placement }) => ({
        name: `10,000 customers, ${name}`,
        load: { customers: zipf(10_000), environments, placement, milliseconds: 6_000 * scale },
      })),
    ],
  };
}
