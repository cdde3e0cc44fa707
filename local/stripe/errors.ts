/** The members of Stripe's error object; the SDK picks its error class by the status and by `type`. */
export interface ErrorBody {
  readonly type: 'invalid_request_error' | 'idempotency_error' | 'card_error' | 'api_error';
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
}

/** Thrown anywhere below a route, answered in Stripe's shape. */
export class StripeApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: ErrorBody,
  ) {
    super(body.message);
  }
}

export function invalidRequest(message: string, details: { param?: string; code?: string } = {}): StripeApiError {
  return new StripeApiError(400, { type: 'invalid_request_error', message, ...details });
}

export function parameterMissing(param: string): StripeApiError {
  return invalidRequest(`Missing required param: ${param}.`, { param, code: 'parameter_missing' });
}

/** The card's bank said no, so that nothing was changed. */
export function cardDeclined(): StripeApiError {
  return new StripeApiError(402, DECLINED);
}

const DECLINED: ErrorBody = {
  type: 'card_error',
  code: 'card_declined',
  decline_code: 'generic_decline',
  message: 'The card was declined.',
};

/** As well, but the attempt itself is on record: what it has changed stays. */
export class FailedAttempt extends StripeApiError {
  constructor() {
    super(402, DECLINED);
  }
}

/** What the stand-in lacks is refused: ignored, it would seem to work here and do something else in production. */
export function parameterNotServed(param: string): StripeApiError {
  return invalidRequest(`The local stand-in for Stripe does not serve the parameter ${param}.`, {
    param,
    code: 'parameter_unknown',
  });
}

/** An id in the path is not found; an id in a parameter makes the request a bad one. */
export function resourceMissing(kind: string, id: string, param = 'id'): StripeApiError {
  return new StripeApiError(param === 'id' ? 404 : 400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${kind}: '${id}'`,
    param,
  });
}

export function routeNotServed(method: string, path: string): StripeApiError {
  return new StripeApiError(404, {
    type: 'invalid_request_error',
    message: `The local stand-in for Stripe does not serve ${method} ${path}.`,
  });
}

export function unauthorized(message: string): StripeApiError {
  return new StripeApiError(401, { type: 'invalid_request_error', message });
}
