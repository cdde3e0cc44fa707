// biome-ignore-all lint/suspicious/noTemplateCurlyInString: API Gateway's own syntax
import { createContext } from '../../../local/gateway/context';
import { GatewayError } from '../../../local/gateway/gateway-error';
import type { FinishedCall } from '../../../local/gateway/pipeline';
import type { GatewayRequest } from '../../../local/gateway/request';
import { accessLogEvent, renderAccessLog } from '../../../local/logs/access-log';
import type { RestApiModel } from '../../../local/template/model';
import { restApi } from '../gateway/harness';

const RECEIVED = Date.UTC(2026, 0, 31, 12, 0, 0);

const REQUEST: GatewayRequest = {
  httpMethod: 'GET',
  protocol: 'HTTP/1.1',
  rawPath: '/prod/items/1',
  rawQuery: '',
  headers: [['User-Agent', 'say "hi"']],
  query: [],
  sourceIp: '127.0.0.1',
  port: 80,
  headSize: 0,
};

function finishedCall(overrides: Partial<FinishedCall> = {}, model: Partial<RestApiModel> = {}): FinishedCall {
  const api = restApi(model);
  const context = createContext({
    api,
    request: REQUEST,
    path: REQUEST.rawPath,
    domainName: '127.0.0.1:3000',
    now: RECEIVED,
  });
  return {
    call: {
      api,
      request: REQUEST,
      path: '/items/1',
      traceId: 'Root=1-0-0',
      context: { ...context, requestId: 'request1', extendedRequestId: 'extended1', authorizer: { plan: 'pro', n: 1 } },
      pathParameters: {},
    },
    answer: { statusCode: 200, headers: [], body: 'é' },
    phases: {},
    ...overrides,
  };
}

test.each([
  ['$context.requestId $context.extendedRequestId', 'request1 extended1'],
  ['[$context.requestTime] $context.requestTimeEpoch', `[31/Jan/2026:12:00:00 +0000] ${RECEIVED}`],
  ['"$context.httpMethod $context.path $context.protocol"', '"GET /prod/items/1 HTTP/1.1"'],
  ['$context.accountId/$context.apiId/$context.stage', '000000000000/api1/prod'],
  ['$context.domainName,$context.domainPrefix', '127.0.0.1:3000,127'],
  ['$context.identity.sourceIp $context.identity.caller $context.identity.user', '127.0.0.1 - -'],
  ['$context.authorizer.plan-$context.authorizer.n', 'pro-1'],
  ['$context.status $context.responseLength $context.responseLatency', '200 2 42'],
  ['$context.xrayTraceId $context.wafResponseCode $context.webaclArn $context.waf.latency', '- - - -'],
  ['$context.authenticate.error $context.authorizer.claims.sub $context.authorizer', '- - -'],
  ['$context.nothing $context.__proto__ $context.requestId.length', '- - -'],
])('%s', (format, expected) => {
  expect(renderAccessLog(format, finishedCall(), RECEIVED + 42)).toBe(expected);
});

test('what is no variable stays as it is, and the text around one stays, too', () => {
  const format = '$contextual $context {$input.body} $stageVariables.a ${context.stage} ($context.stage).';

  expect(renderAccessLog(format, finishedCall(), RECEIVED)).toBe(
    '$contextual $context {$input.body} $stageVariables.a ${context.stage} (prod).',
  );
});

test('nothing is escaped, and what is put in is not looked at again', () => {
  const call = finishedCall();
  const context = { ...call.call.context, authorizer: { said: '$context.stage $& "' } };

  expect(
    renderAccessLog(
      '$context.identity.userAgent $context.authorizer.said',
      { ...call, call: { ...call.call, context } },
      0,
    ),
  ).toBe('say "hi" $context.stage $& "');
});

test('an error is there in quotes and without, and all absent where the integration answered', () => {
  const format = '$context.error.responseType|$context.error.message|$context.error.messageString';
  const render = (error?: GatewayError) => renderAccessLog(format, finishedCall({ error }), 0);

  expect(render()).toBe('-|-|-');
  expect(render(new GatewayError('THROTTLED'))).toBe('THROTTLED|Too Many Requests|"Too Many Requests"');
  expect(render(new GatewayError('AUTHORIZER_FAILURE'))).toBe('AUTHORIZER_FAILURE|-|-');
});

test('the integration’s facts are there by both their names', () => {
  const integration = { status: 404, integrationStatus: 200, latency: 7, requestId: 'lambda1', error: 'why' };
  const finished = finishedCall({ phases: { integration } });

  expect(
    renderAccessLog(
      '$context.integration.status $context.integration.integrationStatus $context.integration.latency ' +
        '$context.integration.requestId $context.integration.error',
      finished,
      0,
    ),
  ).toBe('404 200 7 lambda1 why');
  expect(
    renderAccessLog(
      '$context.integrationStatus $context.integrationLatency $context.awsEndpointRequestId $context.integrationErrorMessage',
      finished,
      0,
    ),
  ).toBe('200 7 lambda1 why');
});

test('the authorizer’s facts stand beside its context', () => {
  const authorizer = { status: 200, integrationStatus: 200, latency: 9, integrationLatency: 8, requestId: 'lambda2' };
  const finished = finishedCall({ phases: { authorizer, authorize: { status: 200, latency: 0 } } });

  expect(
    renderAccessLog(
      '$context.authorizer.plan $context.authorizer.status $context.authorizer.integrationStatus $context.authorizer.latency ' +
        '$context.authorizer.integrationLatency $context.authorizer.requestId $context.authorizer.error ' +
        '$context.authorize.status $context.authorize.latency $context.authorize.error',
      finished,
      0,
    ),
  ).toBe('pro 200 200 9 8 lambda2 - 200 0 -');
});

test('an event is dated by when the call came, and keeps to the stream of its stage', () => {
  const accessLog = { logGroupName: '/access', format: '$context.stage' };
  const event = (model: Partial<RestApiModel>) =>
    accessLogEvent(finishedCall({}, { accessLog, ...model }), RECEIVED + 5);

  expect(event({})).toEqual({
    logGroup: '/access',
    logStream: expect.stringMatching(/^[0-9a-f]{32}$/),
    timestamp: RECEIVED,
    message: 'prod',
  });
  expect(event({})?.logStream).toBe(event({ name: 'other' })?.logStream);
  expect(event({})?.logStream).not.toBe(event({ stageName: 'beta' })?.logStream);
  expect(event({ accessLog: undefined })).toBeUndefined();
});
