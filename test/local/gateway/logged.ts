import type { LogEvent } from '../../../local/logs/log-event';
import type { MethodModel, RestApiModel } from '../../../local/template/model';
import { type Handler, startGateway } from './harness';

/** Variables, each under its own name in the log. */
const FORMAT = `{${[
  'status',
  'httpMethod',
  'path',
  'resourcePath',
  'resourceId',
  'responseLength',
  'identity.apiKeyId',
  'authorizer.principalId',
  'authorizer.customer',
  'authorizer.status',
  'authorizer.error',
  'authorizer.integrationStatus',
  'authorize.status',
  'authorize.error',
  'error.message',
  'error.responseType',
  'integration.status',
  'integration.integrationStatus',
  'integration.error',
  'integrationStatus',
  'waf.status',
  'authenticate.status',
]
  .map((name) => `"${name}":"$context.${name}"`)
  .join(',')}}`;

/** What stands for an integration that was not asked. */
export const UNREACHED = {
  'integration.status': '-',
  'integration.integrationStatus': '-',
  'integration.error': '-',
  integrationStatus: '-',
};

/** A gateway whose stage has an access log, with its lines. */
export async function startLogged(
  api: Partial<RestApiModel> | MethodModel,
  handlers: Record<string, Handler> = {},
  format = FORMAT,
) {
  const events: LogEvent[] = [];
  const model = 'integration' in api ? { methods: [api] } : api;
  const fixture = await startGateway({ ...model, accessLog: { logGroupName: 'access', format } }, handlers, {
    accessLogs: { write: (event) => events.push(event) },
  });
  return { ...fixture, events, lines: () => events.map(({ message }) => JSON.parse(message)) };
}
