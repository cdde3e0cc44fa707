import type { CloudWatchLogsEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { MetricName } from '../../lib/private/metric-names';
import { readReport } from '../adapters/report-message';
import type { Refusals } from '../domain/refusals';
import type { Settlement, SettlementStore } from '../domain/settlement';
import { readAccessLog } from './access-log';
import { type Settled, settleAll } from './settle-all';

export interface SettlementDependencies {
  readonly store: SettlementStore;
  /** Absent where nobody wants to know of refusals. */
  readonly refusals?: Pick<Refusals, 'tell'>;
  readonly newId: () => string;
  readonly count: (metric: string, value: number) => void;
  readonly logError: (message: string, about: Readonly<Record<string, string>>, error: unknown) => void;
}

const METRICS = [
  [MetricName.REFUNDED_CALLS, 'refundedCalls'],
  [MetricName.REFUNDED_UNITS, 'refundedUnits'],
  [MetricName.REPORTED_CALLS, 'reportedCalls'],
] as const;

/** Settles what the access log, or the queue of reports, brings. Both may bring it again: it is done once. */
export async function handle(
  event: CloudWatchLogsEvent | SQSEvent,
  dependencies: SettlementDependencies,
): Promise<SQSBatchResponse | undefined> {
  return 'awslogs' in event ? readLog(event, dependencies) : report(event, dependencies);
}

async function readLog(event: CloudWatchLogsEvent, dependencies: SettlementDependencies): Promise<undefined> {
  const { refunds, refusals } = readAccessLog(event);
  const { failures } = await run(refunds, dependencies);
  // Units first: an event bus that is away holds up nobody's money.
  await dependencies.refusals?.tell(refusals);
  if (failures.size > 0) {
    // Lambda brings the whole batch again; what is done already stays done.
    throw new Error(`calls of ${failures.size} customers could not be given back`);
  }
}

async function report({ Records }: SQSEvent, dependencies: SettlementDependencies): Promise<SQSBatchResponse> {
  const replayed = Records.flatMap(({ messageId: id, body }) => logBatch(id, body) ?? []);
  const logs = new Set(replayed.map(({ id }) => id));
  const failedLogs = await replay(replayed, dependencies);
  const reports = Records.filter(({ messageId }) => !logs.has(messageId)).map((record) => ({
    id: record.messageId,
    settlement: readReport(record.body),
  }));
  const { failures } = await run(
    reports.map(({ settlement }) => settlement),
    dependencies,
  );
  const failed = reports.filter(({ settlement }) => failures.has(settlement.customer)).map(({ id }) => id);
  return { batchItemFailures: [...failedLogs, ...failed].map((id) => ({ itemIdentifier: id })) };
}

interface LogBatch {
  readonly id: string;
  readonly event: CloudWatchLogsEvent;
}

/** A batch of the access log among the reports: an operator has moved it here from the dead letters, where both end. */
function logBatch(id: string, body: string): LogBatch | undefined {
  const event = JSON.parse(body) as Partial<CloudWatchLogsEvent>;
  return event.awslogs === undefined ? undefined : { id, event: { awslogs: event.awslogs } };
}

/** One after the other; gives those that have failed again. */
async function replay(batches: readonly LogBatch[], dependencies: SettlementDependencies): Promise<string[]> {
  const failed: string[] = [];
  for (const { id, event } of batches) {
    try {
      await readLog(event, dependencies);
    } catch (error) {
      dependencies.logError('a batch of the access log has failed again', { id }, error);
      failed.push(id);
    }
  }
  return failed;
}

async function run(settlements: readonly Settlement[], dependencies: SettlementDependencies): Promise<Settled> {
  const { store, newId, count, logError } = dependencies;
  const settled = await settleAll(store, settlements, newId);
  for (const [metric, name] of METRICS) {
    const value = settled.summaries.reduce((sum, summary) => sum + summary[name], 0);
    if (value > 0) {
      count(metric, value);
    }
  }
  for (const [customer, error] of settled.failures) {
    logError('calls could not be settled', { customer }, error);
  }
  return settled;
}
