import { GatewayError } from './gateway-error';

/** What an access log tells of a station of the call that asks something else; it is filled in as it becomes known. */
export interface Phase {
  status?: number;
  /** What Lambda, or the backend, answered, whatever the function's own code said. */
  integrationStatus?: number;
  latency?: number;
  integrationLatency?: number;
  requestId?: string;
  error?: string;
}

/** The stations that a call has come to. */
export interface Phases {
  authorizer?: Phase;
  authorize?: Phase;
  integration?: Phase;
}

/** Lambda's own answer to an invocation: 200 also where the function throws. */
export const INVOKED = 200;

/** Times a phase, and keeps how it failed. */
export async function runPhase<T>(
  phase: Phase,
  clock: () => number,
  work: () => Promise<T>,
  onError: (error: GatewayError) => Partial<Phase>,
): Promise<T> {
  const startedAt = clock();
  try {
    return await work();
  } catch (error) {
    if (error instanceof GatewayError) {
      Object.assign(phase, onError(error));
    }
    throw error;
  } finally {
    phase.latency = clock() - startedAt;
  }
}

export function failedAuthorizer(error: GatewayError): Partial<Phase> {
  return { status: error.statusCode, error: error.gatewayMessage ?? error.detail };
}

/** In the words that public execution and access logs show. */
export function failedIntegration(error: GatewayError): Partial<Phase> {
  switch (error.responseType) {
    case 'INTEGRATION_TIMEOUT':
      return { error: 'Execution failed due to a timeout error' };
    case 'API_CONFIGURATION_ERROR':
      return { error: `Execution failed due to configuration error: ${error.detail}` };
    default:
      return { error: error.integrationError ?? error.gatewayMessage ?? undefined };
  }
}

/** AWS does not document what a denial leaves in `authorize`; the message is the one that its users report. */
export function authorizePhase(denial?: GatewayError): Phase {
  return denial === undefined
    ? { status: 200, latency: 0 }
    : { status: denial.statusCode, latency: 0, error: 'The client is not authorized to perform this operation.' };
}
