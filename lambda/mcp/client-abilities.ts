import { randomUUID } from 'node:crypto';

/**
 * By what a client can be asked to show a person a URL:
 * - `input_required`: the call's result asks, and the client sends the call again; of 2026-07-28 and later.
 * - `error`: error -32042 asks; of 2025-11-25.
 * - `none`: by the result of the tool, which the model reads.
 */
export type Elicitation = 'input_required' | 'error' | 'none';

const PREFIX = 'url-elicitation.';
const VERSION = '2025-11-25';

/** What a session's id says of its client. It is no credential: whoever makes one up says something of himself. */
export function elicitationOf(sessionId: string | null | undefined): Elicitation {
  return sessionId?.startsWith(PREFIX) === true ? 'error' : 'none';
}

/**
 * The id of the session that a client of 2025-11-25 begins who can show URLs. Clients of that revision say what they can at the start and
 * never again, and nothing is kept here between two requests: so what they send back with each of them must tell.
 */
export function sessionIdFor(message: unknown): string | undefined {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: InitializeParams | null };
  const isAble = params?.protocolVersion === VERSION && declaresUrls(params.capabilities);
  return method === 'initialize' && isAble ? `${PREFIX}${randomUUID()}` : undefined;
}

/** Whether a client can show a person a URL. */
export function declaresUrls(capabilities: unknown): boolean {
  const { elicitation } = (capabilities ?? {}) as { elicitation?: { url?: unknown } | null };
  return typeof elicitation?.url === 'object' && elicitation.url !== null;
}

interface InitializeParams {
  readonly protocolVersion?: unknown;
  readonly capabilities?: unknown;
}
