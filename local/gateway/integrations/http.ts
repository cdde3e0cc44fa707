import type { RoutedCall } from '../call';
import { type HeaderLine, headerValue, overrideHeaders } from '../headers';
import type { HttpAnswer } from '../http-answer';
import { overrides, type RequestOverride } from '../mapping-template';
import type { Phase } from '../phases';
import { backendMethod, backendTarget, callBackend, mappedParameters, requestHeaders } from './http-backend';
import { mappedAnswer, mappedRequest } from './mapped';

/** Sent without a body, whatever a template makes. */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS']);

/** HTTP integration: the backend gets what the mappings and the template make of the call, and nothing else of it. */
export async function integrateMappedHttp(call: RoutedCall, body: Buffer, phase: Phase): Promise<HttpAnswer> {
  const sent = mappedRequest(call, body);
  const hasBody = !WITHOUT_BODY.has(backendMethod(call));
  const type = headerValue(call.request.headers, 'Content-Type') ?? 'application/json';
  const of = (position: keyof RequestOverride) =>
    overrideHeaders(mappedParameters(call, position), overridesOf(position, sent.override));
  const over = { path: of('path'), querystring: of('querystring') };
  const answer = await callBackend(
    call,
    {
      ...backendTarget(call, '', over),
      headers: requestHeaders(call, hasBody ? [['Content-Type', type]] : [], of('header')),
      body: hasBody ? sent.body : Buffer.alloc(0),
    },
    phase,
  );
  return mappedAnswer(call, { selection: String(answer.statusCode), headers: answer.headers, body: answer.body });
}

/** What goes into a path is encoded, as mapped values are. */
function overridesOf(position: keyof RequestOverride, override: RequestOverride | undefined): HeaderLine[] {
  const lines = overrides(override?.[position] ?? {});
  return position === 'path' ? lines.map(([name, value]) => [name, encodeURIComponent(value)]) : lines;
}
