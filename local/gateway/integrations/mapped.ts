import type { IntegrationResponseModel } from '../../template/model';
import type { RoutedCall } from '../call';
import { configurationError, GatewayError } from '../gateway-error';
import { type HeaderLine, headerValue, overrideHeaders } from '../headers';
import { type HttpAnswer, integrationHeaders } from '../http-answer';
import { jsonPath } from '../json-path';
import { overrides, type RequestOverride, type ResponseOverride, renderMappingTemplate } from '../mapping-template';
import { firstAccepted, mediaType, templateFor } from '../media-types';
import { resolveExpression } from '../parameters';

/** What an integration that is no proxy is sent. */
export interface MappedRequest {
  readonly body: Buffer;
  /** Absent where no template has made the body. */
  readonly override?: RequestOverride;
}

/** What an integration that is no proxy has answered. */
export interface MappedResponse {
  /** What the patterns of the integration responses are held against: a status, or the message of a function's error. */
  readonly selection: string;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer;
}

/** The payload through the template for its type, or unchanged where passthrough allows it. */
export function mappedRequest(call: RoutedCall, body: Buffer): MappedRequest {
  const { requestTemplates, passthroughBehavior } = call.route.method.integration;
  const type = mediaType(headerValue(call.request.headers, 'Content-Type')) ?? 'application/json';
  const key = [type, '$default'].find((name) => Object.hasOwn(requestTemplates, name));
  const template = key === undefined ? undefined : requestTemplates[key];
  if (template !== undefined) {
    const { text, requestOverride } = renderMappingTemplate(template, call, body.toString('utf8'));
    return { body: Buffer.from(text), override: requestOverride };
  }
  const hasTemplates = Object.keys(requestTemplates).length > 0;
  if (passthroughBehavior === 'NEVER' || (passthroughBehavior === 'WHEN_NO_TEMPLATES' && hasTemplates)) {
    throw new GatewayError('UNSUPPORTED_MEDIA_TYPE');
  }
  return { body };
}

/** The answer that the integration response for it makes of what the integration has answered. */
export function mappedAnswer(call: RoutedCall, answered: MappedResponse): HttpAnswer {
  const response = selectResponse(call.route.method.integration.integrationResponses, answered.selection);
  const accepted = firstAccepted(headerValue(call.request.headers, 'Accept'));
  const chosen = templateFor(response.responseTemplates, accepted);
  const rendering =
    chosen === undefined ? undefined : renderMappingTemplate(chosen.template, call, answered.body.toString('utf8'));
  const overridden = overrides(rendering?.responseOverride.header ?? {});
  const headers = overrideHeaders(mappedHeaders(call, response, answered), overridden);
  return {
    statusCode: overriddenStatus(rendering?.responseOverride) ?? Number(response.statusCode),
    headers: integrationHeaders(headers),
    body: rendering?.text ?? answered.body,
  };
}

/** The first whose pattern matches all of it; else the one without a pattern. */
function selectResponse(responses: readonly IntegrationResponseModel[], selection: string): IntegrationResponseModel {
  const selected =
    responses.find(({ selectionPattern }) => selectionPattern && matches(selectionPattern, selection)) ??
    responses.find(({ selectionPattern }) => !selectionPattern);
  if (selected === undefined) {
    throw configurationError(`no integration response matches status ${selection}`);
  }
  return selected;
}

function matches(pattern: string, selection: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(selection);
  } catch {
    throw configurationError(`the selection pattern is no regular expression: ${pattern}`);
  }
}

function mappedHeaders(call: RoutedCall, response: IntegrationResponseModel, answered: MappedResponse): HeaderLine[] {
  return Object.entries(response.responseParameters).flatMap(([target, expression]): HeaderLine[] => {
    const name = /^method\.response\.header\.(.+)$/.exec(target)?.[1];
    const value = responseValue(expression, answered) ?? resolveExpression(expression, call);
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
}

/** `integration.response.header.x`, or `integration.response.body` with the names below it. */
function responseValue(expression: string, { headers, body }: MappedResponse): string | undefined {
  const [, position, name = ''] =
    /^integration\.response\.(header|multivalueheader|body)(?:\.(.+))?$/.exec(expression) ?? [];
  switch (position) {
    case 'header':
      return headerValue(headers, name);
    case 'multivalueheader':
      return headers
        .filter(([key]) => key.toLowerCase() === name.toLowerCase())
        .map(([, value]) => value)
        .join(',');
    case 'body':
      return name === '' ? body.toString('utf8') : textAt(body, name);
    default:
      return undefined;
  }
}

function textAt(body: Buffer, path: string): string | undefined {
  try {
    const value = jsonPath(JSON.parse(body.toString('utf8')), `$.${path}`);
    return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
  } catch {
    return undefined;
  }
}

function overriddenStatus(override: ResponseOverride | undefined): number | undefined {
  const status = Number(override?.status ?? Number.NaN);
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}
