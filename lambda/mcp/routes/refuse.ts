import { inputRequired, UrlElicitationRequiredError } from '@modelcontextprotocol/server';
import type { IdentifiedCustomer } from '../../customer/identify';
import type { ApiCall } from '../../domain/api-call';
import { paymentChallenges } from '../../domain/mcp-payment';
import type { PaymentRequired } from '../../domain/payment-required';
import { keepRequest } from '../../domain/resume';
import { RETRY_LIFETIME, signRetryState } from '../../domain/retry-state';
import type { McpCall } from '../dependencies';
import { structured, type ToolResult } from '../tool';
import type { RouteCall } from './call-route';

/** A call that the API has refused until it is paid for. */
export interface Refused {
  readonly body: PaymentRequired;
  /** The `WWW-Authenticate` of the refusal. */
  readonly challenge?: string;
  readonly request: ApiCall;
}

/** Under which what the person did is sent back. */
export const PAYMENT = 'payment';

const PAYMENT_REQUIRED = 'org.paymentauth/payment-required';

type CustomerCall = McpCall & { readonly caller: IdentifiedCustomer };

/** Answers a refused call, by what the client can do: it asks a person to pay where it can, and else the model is told. */
export async function refuse(refused: Refused, route: RouteCall, call: CustomerCall): Promise<ToolResult> {
  const { checkoutUrl } = refused.body;
  if (checkoutUrl === undefined || call.elicitation === 'none') {
    return asResult(refused, call);
  }
  const message = messageOf(refused.body);
  if (call.elicitation === 'error') {
    const elicitationId = refused.body.instance;
    throw new UrlElicitationRequiredError([{ mode: 'url', elicitationId, url: checkoutUrl, message }], message);
  }
  return inputRequired({
    inputRequests: { [PAYMENT]: inputRequired.elicitUrl({ url: checkoutUrl, message }) },
    requestState: stateOf(route, call),
  });
}

/** For a person, and of nothing but numbers and ids: what he is asked to open is what he reads here. */
function messageOf({ reason, cost, remaining, plan, checkoutUrl }: PaymentRequired): string {
  const why = {
    quota_exhausted: `This call costs ${cost} units, and ${remaining ?? 0} are left on plan ${plan}.`,
    payment_failed: `The last payment for plan ${plan} failed.`,
    route_not_in_plan: `Plan ${plan} does not include this call.`,
    usage_plan_quota_exceeded: `The calls of plan ${plan} are used up.`,
  }[reason];
  return `${why} Pay at ${new URL(checkoutUrl ?? '').host}, then go on: the call is sent again.`;
}

function stateOf({ name, args }: RouteCall, { caller, dependencies }: CustomerCall): string {
  const state = { id: dependencies.newId(), expiresAt: dependencies.clock() + RETRY_LIFETIME };
  return signRetryState({ customer: caller.customer, tool: name, args }, state, caller.balance.linkSecret);
}

/** The refusal itself, for the model that reads it and for clients that know how to pay. */
async function asResult({ body, challenge, request }: Refused, call: CustomerCall): Promise<ToolResult> {
  const resume = await keep(request, call);
  const result = structured({ ...body, ...(resume && { resume }) }, true);
  const challenges = paymentChallenges(challenge);
  return challenges.length === 0 ? result : { ...result, _meta: { [PAYMENT_REQUIRED]: { challenges } } };
}

/** Where requests are kept, this one is; where it cannot be, the tool is called again. */
async function keep(request: ApiCall, call: CustomerCall) {
  const { dependencies, caller } = call;
  if (dependencies.resuming === undefined) {
    return undefined;
  }
  const keeping = await keepRequest(request, { ...call, ...caller }, { ...dependencies, ...dependencies.resuming });
  return keeping.kind === 'kept'
    ? {
        tool: 'resume_request',
        token: keeping.token,
        expiresAt: new Date(keeping.expiresAt * 1000).toISOString(),
      }
    : undefined;
}
