import { AgentPaymentsFunction } from '../adapters/agent-payments-function';
import { type AgentPayments, payByCredential } from '../domain/agent-payment';

// Bundled beside the authorizer, which loads it once the first call comes that pays for itself.

/** What has credentials charged by the function of that name. */
export function openAgentPayments(functionName: string): AgentPayments {
  const payments = new AgentPaymentsFunction(functionName);
  return { pay: (credential, expected) => payByCredential(credential, expected, (order) => payments.place(order)) };
}
