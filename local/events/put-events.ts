import { randomUUID } from 'node:crypto';
import type { LoopbackServer } from '../loopback-server';
import { startAwsJsonServer } from '../store/aws-json-server';
import { validationException } from '../store/errors';
import type { EventBusModel } from '../template/model';
import { isObject, list, text, textList } from '../template/values';
import { type BusEvent, eventTime } from './event';
import type { EventBuses } from './event-buses';

export interface EventBridgeOptions {
  readonly buses: readonly EventBusModel[];
  readonly delivery: Pick<EventBuses, 'deliver'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Takes a line for every event that is sent to where nothing is. */
  readonly report: (line: string) => void;
}

const MAX_ENTRIES = 10;
const MAX_ENTRY_BYTES = 262_144;

type Result = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

/** EventBridge's endpoint on loopback, as in `AWS_ENDPOINT_URL_EVENTBRIDGE`: it takes events. */
export function startEventBridge(options: EventBridgeOptions): Promise<LoopbackServer> {
  return startAwsJsonServer({
    targetPrefix: 'AWSEvents',
    contentType: 'application/x-amz-json-1.1',
    operations: new Map([['PutEvents', (input: unknown) => putEvents(input, options)]]),
  });
}

function putEvents(input: unknown, options: EventBridgeOptions) {
  const entries = list(isObject(input) ? input.Entries : undefined);
  if (entries.length < 1 || entries.length > MAX_ENTRIES) {
    throw validationException(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${MAX_ENTRIES}`,
    );
  }
  const results = entries.map((entry) => putEvent(isObject(entry) ? entry : {}, options));
  return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
}

/** Takes an event without waiting for what it sets off. */
function putEvent(
  entry: Readonly<Record<string, unknown>>,
  { buses, delivery, now, report }: EventBridgeOptions,
): Result {
  const refused = whyNot(entry);
  if (refused !== undefined) {
    return refused;
  }
  const id = randomUUID();
  const nameOrArn = text(entry.EventBusName) ?? 'default';
  const bus = buses.find(({ name, arn }) => nameOrArn === name || nameOrArn === arn);
  if (bus === undefined) {
    // Nor does EventBridge refuse it: https://github.com/aws/aws-cli/issues/9186
    report(`an event ${entry.DetailType} was sent to the event bus ${nameOrArn}, which is not in this app`);
    return { EventId: id };
  }
  const [, , , region = '', account = ''] = bus.arn.split(':');
  const event: BusEvent = {
    version: '0',
    id,
    'detail-type': String(entry.DetailType),
    source: String(entry.Source),
    account,
    time: eventTime(typeof entry.Time === 'number' ? entry.Time * 1000 : now()),
    region,
    resources: textList(entry.Resources),
    detail: JSON.parse(String(entry.Detail)),
  };
  delivery
    .deliver(bus.name, event)
    .catch((error) => report(`an event ${entry.DetailType} was not delivered: ${error}`));
  return { EventId: id };
}

function whyNot(entry: Readonly<Record<string, unknown>>): Extract<Result, { ErrorCode: string }> | undefined {
  const missing = ['Source', 'DetailType', 'Detail'].find(
    (name) => typeof entry[name] !== 'string' || entry[name] === '',
  );
  if (missing !== undefined) {
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
    };
  }
  if (/^aws\./i.test(String(entry.Source))) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  if (Buffer.byteLength(`${entry.Source}${entry.DetailType}${entry.Detail}`) > MAX_ENTRY_BYTES) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Total size of the entry is larger than 256 KB.' };
  }
  try {
    return isObject(JSON.parse(String(entry.Detail))) ? undefined : malformed();
  } catch {
    return malformed();
  }
}

function malformed() {
  return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}
