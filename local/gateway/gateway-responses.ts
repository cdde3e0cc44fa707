import type { GatewayResponseModel } from '../template/model';
import type { Call } from './call';
import type { GatewayError } from './gateway-error';
import { type HeaderLine, headerValue, overrideHeaders } from './headers';
import type { HttpAnswer } from './http-answer';
import { firstAccepted, templateFor } from './media-types';
import { contextVariable, requestParameter, resolveExpression } from './parameters';

const VARIABLE =
  /\$context((?:\.[A-Za-z_][\w-]*)+)|\$stageVariables\.([\w-]+)|(?<![\w.])\$?method\.request\.(header|querystring|path)\.([\w-]+)/g;

/** What API Gateway itself answers: the configured gateway response, filled in, or AWS's default. */
export function renderGatewayResponse(error: GatewayError, call: Call): HttpAnswer {
  const { own, fallback } = configured(error, call);
  const response = own ?? fallback;
  const context = { ...call.context, error: errorContext(error) };
  const accepted = firstAccepted(headerValue(call.request.headers, 'Accept'));
  const { contentType, template } = templateFor(response?.responseTemplates ?? {}, accepted) ?? defaultTemplate(error);
  const headers: HeaderLine[] = [
    ['Content-Type', contentType],
    ['x-amzn-ErrorType', error.errorType],
  ];
  return {
    statusCode: Number(own?.statusCode ?? fallback?.statusCode ?? error.statusCode),
    headers: overrideHeaders(headers, mappedHeaders(response, call, context)),
    body: substitute(template, call, context),
    close: error.responseType === 'REQUEST_TOO_LARGE',
  };
}

/** A type that the template leaves alone is worded by DEFAULT_4XX or DEFAULT_5XX; their status reaches further, to every type without one. */
function configured(
  error: GatewayError,
  call: Call,
): { readonly own?: GatewayResponseModel; readonly fallback?: GatewayResponseModel } {
  if (error.responseType === 'REQUEST_TOO_LARGE') {
    // AWS accepts a gateway response for it and never uses it (API Gateway's known issues).
    return {};
  }
  const { gatewayResponses } = call.api;
  return {
    own: gatewayResponses[error.responseType],
    fallback: gatewayResponses[error.statusCode < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'],
  };
}

/** `$context.error` */
export function errorContext(error: GatewayError): object {
  return {
    message: error.gatewayMessage ?? '',
    messageString: JSON.stringify(error.gatewayMessage),
    responseType: error.responseType,
    // Escaped, and without quotation marks of its own: public templates put it in quotes, and their answers are JSON.
    validationErrorString: JSON.stringify(error.validationError ?? '').slice(1, -1),
  };
}

/** AWS's own wording of a denial has a capital M. */
function defaultTemplate(error: GatewayError): { readonly contentType: string; readonly template: string } {
  const member = error.responseType === 'ACCESS_DENIED' ? 'Message' : 'message';
  return { contentType: 'application/json', template: `{"${member}":$context.error.messageString}` };
}

/** Text for text and in one pass: nothing is escaped, and what is put in is not looked at again. */
export function substitute(template: string, call: Call, context: object): string {
  return template.replace(
    VARIABLE,
    (_, path?: string, stageVariable?: string, position?: string, parameter?: string): string => {
      if (path !== undefined) {
        return contextVariable(context, path.split('.').slice(1)) ?? '';
      }
      if (stageVariable !== undefined) {
        return resolveExpression(`stageVariables.${stageVariable}`, call) ?? '';
      }
      return requestParameter(position ?? '', parameter ?? '', call) ?? '';
    },
  );
}

function mappedHeaders(response: GatewayResponseModel | undefined, call: Call, context: object): HeaderLine[] {
  return Object.entries(response?.responseParameters ?? {}).flatMap(([target, expression]): HeaderLine[] => {
    const name = /^gatewayresponse\.header\.(.+)$/.exec(target)?.[1];
    const value = resolveExpression(expression, call, context);
    return name === undefined || value === undefined || value === '' ? [] : [[name, value]];
  });
}
