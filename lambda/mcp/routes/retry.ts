import { inputResponse, type ServerContext } from '@modelcontextprotocol/server';
import type { IdentifiedCustomer } from '../../customer/identify';
import type { ApiCall } from '../../domain/api-call';
import { refusalOf } from '../../domain/resume';
import { RETRY_LIFETIME, type RetryFault, readRetryState } from '../../domain/retry-state';
import type { McpCall } from '../dependencies';
import type { RouteCall } from './call-route';
import { PAYMENT } from './refuse';

const FAULTS: Readonly<Record<RetryFault | 'used' | 'declined', string>> = {
  malformed: 'The requestState is none that came from here. Call the tool again without it.',
  not_of_this_call:
    'The requestState belongs to another call: of another account, another tool, or with other arguments. ' +
    'Call the tool again without it.',
  expired: 'The time to pay for this call is over. Call the tool again without the requestState.',
  used: 'This requestState was used: its call was served. Call the tool again without it if you want another one.',
  declined: 'The payment was declined, so the call was not sent, and nothing was charged.',
};

/** How long a payment is waited for that a person may be making right now, and how often it is looked for, in milliseconds. */
const PATIENCE = { most: 12_000, step: 1_000 };

export interface Retry {
  /** The call was refused again, so the state that it came with was not used. */
  giveBack(): Promise<void>;
}

const NO_RETRY: Retry = { giveBack: async () => undefined };

/** Takes up a call that comes again after its payment: once, and only as it was. A call that comes for the first time is none. */
export async function takeUp(
  { name, args }: RouteCall,
  request: ApiCall,
  call: McpCall & { readonly caller: IdentifiedCustomer },
  { mcpReq }: ServerContext,
): Promise<Retry | { readonly fault: string }> {
  const text = mcpReq.requestState<string>();
  if (text === undefined) {
    return NO_RETRY;
  }
  const { caller, dependencies } = call;
  const now = dependencies.clock();
  const waiting = { customer: caller.customer, tool: name, args };
  const state = readRetryState(text, waiting, now, caller.balance.linkSecret);
  if (typeof state === 'string') {
    return { fault: FAULTS[state] };
  }
  const answer = inputResponse(mcpReq.inputResponses, PAYMENT);
  if (answer.kind === 'elicit' && answer.action !== 'accept') {
    return { fault: FAULTS.declined };
  }
  const run = dependencies.newId();
  // Forgotten only once the state has expired by any clock.
  if (!(await dependencies.retries.claimRetry(state.id, run, state.expiresAt + RETRY_LIFETIME))) {
    return { fault: FAULTS.used };
  }
  await paid(request, call);
  return { giveBack: () => dependencies.retries.release(state.id, run) };
}

/** A client sends the call again as soon as the page is open, and not when it is paid: so the payment is waited for, a while. */
async function paid(request: ApiCall, call: McpCall & { readonly caller: IdentifiedCustomer }): Promise<void> {
  const { caller, dependencies } = call;
  let { balance } = caller;
  for (let waited = 0; waited < PATIENCE.most; waited += PATIENCE.step) {
    if (refusalOf(request, { ...call, ...caller, balance }, dependencies) === undefined) {
      return;
    }
    await dependencies.sleep(PATIENCE.step);
    balance = (await dependencies.store.balance(caller.customer)) ?? balance;
  }
}
