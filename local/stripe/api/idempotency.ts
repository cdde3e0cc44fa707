import type { Context } from '../context';
import { invalidRequest, StripeApiError } from '../errors';
import { Params } from '../form';
import type { HttpAnswer, HttpRequest } from '../http';

const LONGEST_KEY = 255;

/**
 * The first answer to a key is the answer to all that come with it. As at Stripe, it is not kept when it says that the
 * request itself was bad: nothing was done, and a corrected request may use the key.
 */
export function answerOnce(context: Context, key: string, request: HttpRequest, answer: () => HttpAnswer): HttpAnswer {
  if (key.length > LONGEST_KEY) {
    throw invalidRequest(`An idempotency key has at most ${LONGEST_KEY} characters.`);
  }
  const fingerprint = `${request.method} ${request.path} ${Params.parse(request.body).fingerprint()}`;
  const first = context.store.get('idempotent_answer', key);
  if (first !== undefined) {
    requireSame(key, first.fingerprint, fingerprint);
    return { status: first.status, headers: { ...first.headers, 'idempotent-replayed': 'true' }, body: first.body };
  }
  const { status, headers, body } = answer();
  context.store.put('idempotent_answer', { id: key, created: context.now(), fingerprint, status, headers, body });
  return { status, headers, body };
}

function requireSame(key: string, first: string, second: string): void {
  if (first !== second) {
    throw new StripeApiError(400, {
      type: 'idempotency_error',
      message: `The idempotency key ${key} was used before, for another request or with other parameters.`,
    });
  }
}
