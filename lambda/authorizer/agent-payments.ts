import { AgentPaymentsFunction } from '../adapters/agent-payments-function';
import { systemClock } from '../adapters/clock';
import { type AgentPayments, payByCredential } from '../domain/agent-payment';
import { limitingRefusals } from '../domain/payment-attempts';

// Bundled beside the authorizer, which loads it once the first call comes that pays for itself.

/** What has credentials charged by the function of that name. */
export function openAgentPayments(functionName: string): AgentPayments {
  const payments = new AgentPaymentsFunction(functionName);
  const place = limitingRefusals((order) => payments.place(order), systemClock);
  return { pay: (credential, expected) => payByCredential(credential, expected, place) };
}
