import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Environment } from '../../lib/private/environment';
import { MetricName } from '../../lib/private/metric-names';
import { systemClock } from '../adapters/clock';
import { DynamoDbPaymentStore } from '../adapters/dynamodb-payment-store';
import { readCatalogue, requireEnv } from '../adapters/environment';
import { log, logError, logged } from '../adapters/log';
import { moneyMetric } from '../adapters/metrics';
import { moneyItems } from '../adapters/money-items';
import { SecretReader } from '../adapters/secrets';
import { StripeConnection } from '../adapters/stripe-client';
import { StripeTokenPayments } from '../adapters/stripe-token-payments';
import type { PaymentAnswer, PaymentOrder } from '../domain/agent-payment';
import { chargeTopUp } from './charge';

const secrets = new SecretReader(new SecretsManagerClient({}), systemClock);
const stripe = new StripeConnection(secrets, requireEnv(Environment.STRIPE_SECRET_KEY_ARN));

const dependencies = {
  payments: new StripeTokenPayments(stripe),
  store: new DynamoDbPaymentStore(moneyItems(), requireEnv(Environment.TABLE_NAME), systemClock),
  catalogue: readCatalogue(),
  paywallId: requireEnv(Environment.PAYWALL_ID),
  revenue: (amount: number, currency: string) => moneyMetric(MetricName.REVENUE, amount, currency),
};

/** Invoked by the authorizer, which waits for the answer. */
export const handler = logged(async (order: PaymentOrder): Promise<PaymentAnswer> => {
  const { customer, topUp } = order;
  try {
    const answer = await chargeTopUp(order, dependencies);
    log('an agent has tried to pay', { customer, topUp, outcome: answer.outcome });
    return answer;
  } catch (error) {
    logError('a payment of an agent could not be carried out', { customer, topUp }, error);
    throw error;
  }
});
