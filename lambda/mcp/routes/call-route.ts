import type { ServerContext } from '@modelcontextprotocol/server';
import { type ApiAnswer, type ApiCall, LostAnswerError, paymentRequiredOf } from '../../domain/api-call';
import { paymentAuthorization, paymentReceipt } from '../../domain/mcp-payment';
import { answerContent } from '../answer';
import type { McpCall } from '../dependencies';
import { missingKey } from '../missing-key';
import { failed, structured, type ToolResult } from '../tool';
import { callOf } from './arguments';
import type { Operation } from './operations';
import type { Json } from './references';
import { type Refused, refuse } from './refuse';
import { takeUp } from './retry';

const CREDENTIAL = 'org.paymentauth/credential';
const RECEIPT = 'org.paymentauth/receipt';

const LOST =
  'The call was sent to the API, and no answer came in time: it may have been carried out, and charged. Find out before you repeat it.';

/** A call of a route's tool. */
export interface RouteCall {
  readonly name: string;
  readonly operation: Operation;
  readonly args: Json;
}

/** Calls the API as its caller would, with his own credential: so the authorizer charges, throttles and refuses as ever. */
export async function callRoute(route: RouteCall, call: McpCall, context: ServerContext): Promise<ToolResult> {
  const { caller, api } = call;
  if (caller === undefined) {
    return missingKey(call);
  }
  const request = callOf(route.operation, route.args, api.billingPath);
  if ('fault' in request) {
    return failed(`${request.fault}.`);
  }
  const retry = await takeUp(route, request, { ...call, caller }, context);
  if ('fault' in retry) {
    return failed(retry.fault);
  }
  const answer = await send(request, call, context);
  if (answer === undefined) {
    return failed(LOST);
  }
  const body = paymentRequiredOf(answer, call.billingUrl);
  if (body === undefined) {
    return served(answer);
  }
  await retry.giveBack();
  const refused: Refused = { body, challenge: answer.headers['www-authenticate'], request };
  return refuse(refused, route, { ...call, caller });
}

/** The answer; nothing where it is not known what became of the call. */
async function send(
  request: ApiCall,
  { publicUrl, credential, dependencies }: McpCall,
  context: ServerContext,
): Promise<ApiAnswer | undefined> {
  const payment = paymentAuthorization(context.mcpReq._meta?.[CREDENTIAL]);
  const headers = payment === undefined ? credential : { ...credential, 'payment-authorization': payment };
  try {
    return await dependencies.openCaller(publicUrl, headers).call(request);
  } catch (error) {
    if (error instanceof LostAnswerError) {
      return undefined;
    }
    throw error;
  }
}

function served(answer: ApiAnswer): ToolResult {
  const result = structured(answerContent(answer), answer.status >= 400);
  const receipt = paymentReceipt(answer.headers['payment-receipt']);
  return receipt === undefined ? result : { ...result, _meta: { [RECEIPT]: receipt } };
}
