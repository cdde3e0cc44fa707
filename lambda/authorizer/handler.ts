import { randomBytes, randomUUID } from 'node:crypto';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import { systemClock } from '../adapters/clock';
import { DynamoDbKeyDirectory } from '../adapters/dynamodb-key-directory';
import { DynamoDbSpendingStore } from '../adapters/dynamodb-spending-store';
import type { ItemReads, ItemUpdates } from '../adapters/dynamodb-update';
import { readApis, readCatalogue, readMetering, requireEnv } from '../adapters/environment';
import { readIdentities } from '../adapters/identities';
import { logError } from '../adapters/lean-log';
import type { AgentPayments } from '../domain/agent-payment';
import type { DecidedCall, UndecidedOutcome } from '../domain/decision-window';
import { metered } from '../domain/metering';
import { type AuthorizerDependencies, authorize } from './authorizer';
import { DecisionReport } from './decision-report';

type Handler = (
  event: APIGatewayRequestAuthorizerEvent,
  context?: Pick<Context, 'awsRequestId'>,
) => Promise<APIGatewayAuthorizerResult>;

const milliseconds = () => Date.now();

/** What the operator is told of calls, as the environment has it. */
export function openReport(): DecisionReport {
  const sampleRate = Number(process.env[Environment.DECISION_LOG_SAMPLE_RATE] ?? 0);
  return new DecisionReport({ sampleRate, milliseconds, random: Math.random });
}

/** The authorizer's handler as the environment configures it, over a client of DynamoDB. */
export function createHandler(items: ItemUpdates & ItemReads, report = openReport()): Handler {
  const table = requireEnv(Environment.TABLE_NAME);
  const balances = new DynamoDbSpendingStore(items, table);
  const catalogue = readCatalogue();
  const dependencies = {
    store: metered(balances, readMetering(), milliseconds, report.countFailOpenCall),
    catalogue,
    apis: readApis(),
    identities: readIdentities({
      catalogue,
      load: () => import('./tokens'),
      directory: () => new DynamoDbKeyDirectory(items, table),
      logError,
    }),
    tokens: { customers: balances, newLinkSecret: () => randomBytes(16) },
    surrogateKeyPrefix: requireEnv(Environment.SURROGATE_KEY_PREFIX),
    clock: systemClock,
    newId: randomUUID,
    agentPayments: readAgentPayments(),
  };
  return async (event, context) => {
    const begun = performance.now();
    let call: DecidedCall | UndecidedOutcome = 'failed';
    try {
      return await authorize(event, dependencies, (decided) => {
        call = decided;
      });
    } catch (error) {
      call = error instanceof Error && error.message === 'Unauthorized' ? 'unauthorized' : 'failed';
      if (call === 'failed') {
        const { requestId } = event.requestContext;
        logError('a call could not be metered', { function_request_id: context?.awsRequestId, requestId }, error);
      }
      throw error;
    } finally {
      report.note(call, performance.now() - begun, event, context);
    }
  };
}

/** How agents pay, as the constructs have put it into the environment; nothing where they cannot. */
function readAgentPayments(): AuthorizerDependencies['agentPayments'] {
  const networkId = process.env[Environment.NETWORK_ID];
  const functionName = process.env[Environment.AGENT_PAYMENTS_FUNCTION];
  if (networkId === undefined || functionName === undefined) {
    return undefined;
  }
  let loading: Promise<AgentPayments> | undefined;
  const pay: AgentPayments['pay'] = async (credential, expected) => {
    loading ??= import('./agent-payments').then(({ openAgentPayments }) => openAgentPayments(functionName));
    return (await loading).pay(credential, expected);
  };
  return { networkId, pay };
}
