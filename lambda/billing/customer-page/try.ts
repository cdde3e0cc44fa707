import type { APIGatewayProxyResult } from 'aws-lambda';
import { publicUrl } from '../../adapters/api-gateway';
import { HttpApiCaller } from '../../adapters/http-api-caller';
import { type ApiAnswer, LostAnswerError } from '../../domain/api-call';
import { SHOWN_BYTES } from '../../page/calling';
import type { BillingDependencies, BillingRequest } from '../request';
import { readKeptCall } from '../request-to-keep';
import { type Visitor, visitorOf } from './session';
import { refused, show } from './show';

/** For the whole answer: under the twenty seconds that the function has, with time left to make the page. */
const MILLISECONDS = 12_000;

/** Sends a GET as the customer's own program would, by the API's public URL: charged, throttled and refused as ever. */
export async function tryRoute(
  visitor: Visitor,
  path: string,
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const [pathname = '', ...query] = path.split('?');
  const call = readKeptCall({ method: 'GET', path: pathname, query: query.join('?') }, request.api.billingPath);
  if ('fault' in call) {
    return refused(visitor, 'try', { statusCode: 400 }, request, dependencies, path);
  }
  const credential = { 'x-api-key': visitor.apiKey };
  const bounds = { maxBytes: SHOWN_BYTES + 1, milliseconds: MILLISECONDS };
  let answer: ApiAnswer;
  try {
    answer = await new HttpApiCaller(publicUrl(request.event), credential, bounds).call(call);
  } catch (error) {
    if (!(error instanceof LostAnswerError)) {
      throw error;
    }
    return refused(visitor, 'try', { statusCode: 504 }, request, dependencies, path);
  }
  // As the call has left the balance.
  const after = await visitorOf(request, dependencies);
  return show(after, { tried: { path, ...answer } }, request, dependencies);
}
