import type { Context } from 'aws-lambda';
import * as lean from '../../../lambda/adapters/lean-log';
import * as log from '../../../lambda/adapters/log';
import { type LogLine, takeLogLines } from '../../support/log-lines';

let lines: LogLine[];
const environment = { ...process.env };

beforeEach(() => {
  lines = takeLogLines();
  process.env.AWS_LAMBDA_FUNCTION_NAME = 'billing';
  process.env._X_AMZN_TRACE_ID = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1';
});

afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...environment };
});

const context = (awsRequestId: string) => ({ awsRequestId, functionName: 'billing' }) as Context;

/** An error as Stripe's client throws it: with all that came and went beside it. */
function clientError(): Error {
  const headers = { authorization: 'Bearer sk_live_secret' };
  return Object.assign(new Error('no such price'), { raw: { headers }, headers, cause: new Error('spt_secret') });
}

test('a line tells the requests that it is about: Lambda’s, and API Gateway’s', async () => {
  const handler = log.logged(async () => log.log('it has begun', { customer: 'c1' }));
  await handler({ requestContext: { requestId: 'request-1' } }, context('lambda-1'));
  expect(lines).toEqual([
    {
      level: 'INFO',
      message: 'it has begun',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      function_name: 'billing',
      function_request_id: 'lambda-1',
      xray_trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      requestId: 'request-1',
      customer: 'c1',
    },
  ]);
});

test('the request of an invocation is not the next one’s', async () => {
  const handler = log.logged(async () => log.log('it has begun', {}));
  await handler({ requestContext: { requestId: 'request-1' } }, context('lambda-1'));
  await handler({ Records: [] } as object, context('lambda-2'));
  expect(lines[1]).toMatchObject({ function_request_id: 'lambda-2' });
  expect(lines[1]).not.toHaveProperty('requestId');
});

test('of an error there is what it says, and where it was, and nothing that a client has put beside it', async () => {
  const handler = log.logged(async () => log.logError('it has failed', { event: 'evt_1' }, clientError()));
  await handler({}, context('lambda-1'));
  expect(lines).toMatchObject([
    { level: 'ERROR', event: 'evt_1', error: { name: 'Error', message: 'no such price', stack: expect.any(String) } },
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/sk_live|spt_/);
});

test('the authorizer’s lines are the same', async () => {
  const ids = { requestId: 'request-1' };
  const error = clientError();
  const write = async () => {
    log.log('it has begun', { customer: 'c1' });
    log.logError('it has failed', { customer: 'c1' }, error);
  };
  await log.logged(write)({ requestContext: ids }, context('lambda-1'));
  const about = { function_request_id: 'lambda-1', ...ids, customer: 'c1' };
  lean.log('it has begun', about);
  lean.logError('it has failed', about, error);
  const timeless = lines.map((line) => ({ ...line, timestamp: typeof line.timestamp }));
  expect(timeless.slice(2)).toEqual(timeless.slice(0, 2));
});

test.each([
  ['nothing', undefined, undefined, ['INFO', 'ERROR']],
  ['INFO by both', 'INFO', 'INFO', ['INFO', 'ERROR']],
  ['ERROR by us', 'INFO', 'ERROR', ['ERROR']],
  ['ERROR by Lambda', 'ERROR', undefined, ['ERROR']],
  ['FATAL by Lambda', 'FATAL', undefined, []],
  ['CRITICAL by us', 'INFO', 'CRITICAL', []],
  ['something unknown', 'INFO', 'LOUD', ['INFO', 'ERROR']],
])('where the level is %s, no less is written, by either', (_, lambdas, ours, levels) => {
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  };
  set('AWS_LAMBDA_LOG_LEVEL', lambdas);
  set('POWERTOOLS_LOG_LEVEL', ours);
  jest.isolateModules(() => {
    for (const writer of [require('../../../lambda/adapters/log'), lean] as (typeof log)[]) {
      writer.log('it has begun', {});
      writer.logError('it has failed', {}, new Error('no'));
    }
  });
  const written = lines.filter(({ message }) => message === 'it has begun' || message === 'it has failed');
  expect(written.map(({ level }) => level)).toEqual([...levels, ...levels]);
});
