import type { RoutedCall } from '../call';
import { withoutHeaders } from '../headers';
import { type HttpAnswer, integrationHeaders } from '../http-answer';
import type { Phase } from '../phases';
import { backendTarget, callBackend, mappedParameters, requestHeaders } from './http-backend';

/** Not passed on unless a mapping sets them; the rest of the connection's own headers is gone already. */
const NOT_PASSED = new Set(['host', 'content-encoding', 'via']);

/** HTTP proxy integration: the call goes to a backend as it came, and the answer comes back the same way. */
export async function integrateHttp(call: RoutedCall, body: Buffer, phase: Phase): Promise<HttpAnswer> {
  const passed = withoutHeaders(call.request.headers, NOT_PASSED);
  const over = { path: mappedParameters(call, 'path'), querystring: mappedParameters(call, 'querystring') };
  const headers = requestHeaders(call, passed, mappedParameters(call, 'header'));
  const request = { ...backendTarget(call, call.request.rawQuery, over), headers, body };
  const answer = await callBackend(call, request, phase);
  return { ...answer, headers: integrationHeaders(withoutHeaders(answer.headers, new Set(['via']))) };
}
