import { type Account, Context } from '../context';
import { FailedAttempt, routeNotServed, StripeApiError, unauthorized } from '../errors';
import { Params } from '../form';
import { type HttpAnswer, type HttpRequest, json } from '../http';
import { newId } from '../ids';
import { accountRoutes } from './account';
import { billingPortalRoutes } from './billing-portal';
import { checkoutSessionRoutes } from './checkout-sessions';
import { couponRoutes } from './coupons';
import { customerRoutes } from './customers';
import { disputeRoutes } from './disputes';
import { eventRoutes } from './events';
import { expanded } from './expand';
import { answerOnce } from './idempotency';
import { paymentIntentRoutes } from './payment-intents';
import { paymentRoutes } from './payments';
import { priceRoutes } from './prices';
import { productRoutes } from './products';
import { refundRoutes } from './refunds';
import type { ApiRequest, Route } from './route';
import { sharedPaymentRoutes } from './shared-payment-tokens';
import { subscriptionRoutes } from './subscriptions';
import { webhookEndpointRoutes } from './webhook-endpoints';

const ROUTES: readonly (Route & { readonly pattern: RegExp })[] = [
  ...accountRoutes,
  ...billingPortalRoutes,
  ...checkoutSessionRoutes,
  ...couponRoutes,
  ...customerRoutes,
  ...disputeRoutes,
  ...eventRoutes,
  ...paymentRoutes,
  ...paymentIntentRoutes,
  ...priceRoutes,
  ...productRoutes,
  ...refundRoutes,
  ...sharedPaymentRoutes,
  ...subscriptionRoutes,
  ...webhookEndpointRoutes,
].map((route) => ({ ...route, pattern: new RegExp(`^${route.path.replace(':id', '(?<id>[^/]+)')}$`) }));

/** Answers one call of Stripe's API. */
export function answerApi(account: Account, secretKey: string, request: HttpRequest): HttpAnswer {
  const id = newId('req_', 14);
  const key = request.method === 'POST' ? (request.headers['idempotency-key'] ?? null) : null;
  const context = new Context(account, { id, idempotency_key: key });
  const answer = guarded(() => {
    authenticate(request, secretKey);
    const { route, apiRequest, expand } = match(context, request);
    const answerNow = () =>
      keepingAttempts(account, () =>
        json(200, expanded(context, route.handle(apiRequest), expand), { 'request-id': id }),
      );
    return key === null ? answerNow() : answerOnce(context, key, request, () => withAttempt(answerNow));
  });
  return { ...answer, headers: { ...commonHeaders(request, id, key), ...answer.headers } };
}

/** An error on the way becomes Stripe's error object; any other is the stand-in's own fault. */
function guarded(answer: () => HttpAnswer): HttpAnswer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof StripeApiError) {
      return json(error.status, { error: error.body });
    }
    throw error;
  }
}

/** All of it or nothing; but a charge that the bank has refused was tried, and is told of. */
function keepingAttempts(account: Account, answer: () => HttpAnswer): HttpAnswer {
  const done = account.store.atomically(() => {
    try {
      return answer();
    } catch (error) {
      if (error instanceof FailedAttempt) {
        return error;
      }
      throw error;
    }
  });
  if (done instanceof FailedAttempt) {
    throw done;
  }
  return done;
}

/** An attempt that has failed was one, so that its answer is kept for its idempotency key. */
function withAttempt(answer: () => HttpAnswer): HttpAnswer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof FailedAttempt) {
      return json(error.status, { error: error.body });
    }
    throw error;
  }
}

function match(context: Context, request: HttpRequest) {
  const path = request.path.replace(/\/$/, '');
  for (const route of ROUTES) {
    const found = route.method === request.method ? route.pattern.exec(path) : null;
    if (found !== null) {
      // The SDK sends the parameters of a DELETE in the query, others in the body.
      const encoded = [request.query, request.method === 'GET' ? '' : request.body].filter(Boolean).join('&');
      const params = Params.parse(encoded);
      const apiRequest: ApiRequest = {
        context,
        path,
        id: decoded(found.groups?.id ?? ''),
        params: params.without('expand'),
      };
      return { route, apiRequest, expand: params.strings('expand') };
    }
  }
  throw routeNotServed(request.method, request.path);
}

/** As it is, when it is no encoding at all: then there is no such id. */
function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function authenticate(request: HttpRequest, secretKey: string): void {
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ');
  const key =
    scheme.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString().split(':')[0] : credentials;
  if (credentials === '') {
    throw unauthorized('No API key. Send it in the Authorization header, as Bearer or as the user name of Basic.');
  }
  if (key !== secretKey) {
    throw unauthorized('Invalid API key: the local stand-in for Stripe was started with another one.');
  }
}

function commonHeaders(request: HttpRequest, id: string, key: string | null): Record<string, string> {
  const version = request.headers['stripe-version'];
  return {
    'cache-control': 'no-cache, no-store',
    'request-id': id,
    ...(version === undefined ? {} : { 'stripe-version': version }),
    ...(key === null ? {} : { 'idempotency-key': key }),
    ...(request.headers.authorization === undefined ? { 'www-authenticate': 'Basic realm="Stripe"' } : {}),
  };
}
