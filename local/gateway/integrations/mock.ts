import type { IntegrationModel, IntegrationResponseModel } from '../../template/model';
import type { RoutedCall } from '../call';
import { configurationError, GatewayError } from '../gateway-error';
import { type HeaderLine, headerValue, overrideHeaders } from '../headers';
import { type HttpAnswer, integrationHeaders } from '../http-answer';
import { type ResponseOverride, renderMappingTemplate } from '../mapping-template';
import { firstAccepted, mediaType, templateFor } from '../media-types';
import { resolveExpression } from '../parameters';

/** Mock integration: the request template names a status, and the integration response for it is the answer. */
export function integrateMock(call: RoutedCall, body: Buffer): HttpAnswer {
  const { integration } = call.route.method;
  const statusCode = mockStatusCode(requestPayload(call, integration, body.toString('utf8')));
  const response = selectResponse(integration.integrationResponses, statusCode);
  const accepted = firstAccepted(headerValue(call.request.headers, 'Accept'));
  const chosen = templateFor(response.responseTemplates, accepted);
  const rendering = chosen === undefined ? undefined : renderMappingTemplate(chosen.template, call, '');
  const headers = overrideHeaders(mappedHeaders(call, response), overriddenHeaders(rendering?.responseOverride));
  return {
    statusCode: overriddenStatus(rendering?.responseOverride) ?? Number(response.statusCode),
    headers: integrationHeaders(headers),
    body: rendering?.text ?? '',
  };
}

/** What goes to the integration: the payload through the template for its type, or unchanged where passthrough allows it. */
function requestPayload(call: RoutedCall, integration: IntegrationModel, body: string): string {
  const { requestTemplates, passthroughBehavior } = integration;
  const type = mediaType(headerValue(call.request.headers, 'Content-Type')) ?? 'application/json';
  const template = Object.hasOwn(requestTemplates, type) ? requestTemplates[type] : undefined;
  if (template !== undefined) {
    return renderMappingTemplate(template, call, body).text;
  }
  const hasTemplates = Object.keys(requestTemplates).length > 0;
  if (passthroughBehavior === 'NEVER' || (passthroughBehavior === 'WHEN_NO_TEMPLATES' && hasTemplates)) {
    throw new GatewayError('UNSUPPORTED_MEDIA_TYPE');
  }
  return body;
}

/** API Gateway reads the status out of what is not quite JSON, too: CDK's CORS preflight sends `{ statusCode: 200 }`. */
function mockStatusCode(payload: string): string {
  const statusCode = /^\s*\{.*?(["']?)statusCode\1\s*:\s*(\d{3})\b/s.exec(payload)?.[2];
  if (statusCode === undefined) {
    throw new GatewayError('DEFAULT_5XX', {
      detail: 'the request template of the mock integration gives no statusCode',
    });
  }
  return statusCode;
}

/** The first whose pattern matches all of the status; else the one without a pattern. */
function selectResponse(responses: readonly IntegrationResponseModel[], statusCode: string): IntegrationResponseModel {
  const selected =
    responses.find(({ selectionPattern }) => selectionPattern && matches(selectionPattern, statusCode)) ??
    responses.find(({ selectionPattern }) => !selectionPattern);
  if (selected === undefined) {
    throw configurationError(`no integration response matches status ${statusCode}`);
  }
  return selected;
}

function matches(pattern: string, statusCode: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(statusCode);
  } catch {
    throw configurationError(`the selection pattern is no regular expression: ${pattern}`);
  }
}

function mappedHeaders(call: RoutedCall, response: IntegrationResponseModel): HeaderLine[] {
  return Object.entries(response.responseParameters).flatMap(([target, expression]): HeaderLine[] => {
    const name = /^method\.response\.header\.(.+)$/.exec(target)?.[1];
    const value = resolveExpression(expression, call);
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
}

function overriddenHeaders(override: ResponseOverride | undefined): HeaderLine[] {
  return Object.entries(override?.header ?? {})
    .filter(([, value]) => typeof value !== 'function')
    .map(([name, value]) => [name, String(value ?? '')]);
}

function overriddenStatus(override: ResponseOverride | undefined): number | undefined {
  const status = Number(override?.status ?? Number.NaN);
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}
