import { awsFailure } from '../errors';

/** What came of looking at one thing. */
export interface Finding {
  /** What was looked at: `stripe.webhook`. */
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failure';
  readonly found: string;
  /** What is to be done; null where nothing is. */
  readonly todo: string | null;
}

export function ok(check: string, found: string): Finding {
  return { check, status: 'ok', found, todo: null };
}

export function warning(check: string, found: string, todo: string): Finding {
  return { check, status: 'warning', found, todo };
}

export function failure(check: string, found: string, todo: string): Finding {
  return { check, status: 'failure', found, todo };
}

const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedException', 'UnauthorizedOperation']);

/** What the local gateway's services say to what they do not serve. */
const NOT_SERVED = new Set(['UnknownOperationException']);

/** Asks AWS. What is denied names the action, and what cannot be asked keeps nothing else from being looked at. */
export async function asking(check: string, action: string, ask: () => Promise<Finding>): Promise<Finding> {
  try {
    return await ask();
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (DENIED.has(name)) {
      return warning(
        check,
        `not known: you are not allowed ${action}`,
        `have ${action} granted to you, or look yourself`,
      );
    }
    if (NOT_SERVED.has(name)) {
      return ok(check, 'nothing that the local gateway has');
    }
    return warning(check, `not known: ${awsFailure(error) ?? String(error)}`, 'try again');
  }
}
