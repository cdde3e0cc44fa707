import { randomUUID } from 'node:crypto';
import type { InvocationResult, LambdaRuntime } from '../../lambda/runtime';
import type { RoutedCall } from '../call';
import type { HttpAnswer } from '../http-answer';
import { INVOKED, type Phase } from '../phases';
import { type MappedResponse, mappedAnswer, mappedRequest } from './mapped';
import { namedFunction } from './named-function';
import { withinTimeout } from './timeout';

/** AWS integration with a function: its event is what the template makes of the call, its result is what the answer is made of. */
export async function integrateMappedFunction(
  call: RoutedCall,
  body: Buffer,
  lambda: LambdaRuntime,
  phase: Phase,
): Promise<HttpAnswer> {
  const functionArn = namedFunction(call);
  const { timeoutMillis } = call.route.method.integration;
  const event = parsed(mappedRequest(call, body).body.toString('utf8'));
  if ('fault' in event) {
    Object.assign(phase, { status: NO_EVENT, integrationStatus: NO_EVENT });
    return mappedAnswer(call, { ...answerOf({ message: event.fault }), selection: String(NO_EVENT) });
  }
  const requestId = randomUUID();
  const result = await withinTimeout(timeoutMillis, lambda.invoke(functionArn, event.value, requestId));
  Object.assign(phase, { status: INVOKED, integrationStatus: INVOKED, requestId });
  return mappedAnswer(call, responseOf(result));
}

/** What Lambda answers to an event that is no JSON. */
const NO_EVENT = 400;

/** Lambda takes no event for an empty one. */
function parsed(text: string): { readonly value: unknown } | { readonly fault: string } {
  try {
    return { value: text.trim() === '' ? {} : JSON.parse(text) };
  } catch (error) {
    return {
      fault: `Could not parse request body into json: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** Patterns are held against the `errorMessage` of a result, whether the function threw it or returned it. */
function responseOf(result: InvocationResult): MappedResponse {
  const payload = result.ok ? result.payload : { errorMessage: result.errorMessage, errorType: result.errorType };
  const message = (payload as { readonly errorMessage?: unknown } | null)?.errorMessage;
  return { ...answerOf(payload), selection: typeof message === 'string' ? message : String(INVOKED) };
}

function answerOf(payload: unknown): Pick<MappedResponse, 'headers' | 'body'> {
  return { headers: [], body: Buffer.from(JSON.stringify(payload) ?? 'null') };
}
