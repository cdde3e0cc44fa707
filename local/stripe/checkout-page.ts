import type Stripe from 'stripe';
import { debitOf } from './billing/bank-debits';
import { completeCheckout, declineCheckout, expireCheckout, total } from './billing/checkout';
import { applyCode, removeCode } from './billing/session-amounts';
import { fixedEmail, type PageErrors, showCheckout, successUrl, suggestedEmail } from './checkout-view';
import { type Account, Context } from './context';
import { parameterMissing, StripeApiError } from './errors';
import { Params } from './form';
import { notice } from './html';
import { type HttpAnswer, type HttpRequest, seeOther } from './http';

export const CHECKOUT_PATH = /^\/c\/pay\/(?<id>[^/]+)$/;

/** Good enough for a buyer who is the developer; a mail server would know better. */
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const ACTIONS = ['pay', 'debit', 'decline', 'abandon', 'apply', 'remove'] as const;

/** The page on which a buyer pays, and what its buttons do. */
export function answerCheckout(account: Account, id: string, request: HttpRequest): HttpAnswer {
  const context = new Context(account);
  const session = context.store.get('checkout.session', id);
  if (session === undefined) {
    return notice('No such checkout', 'The link is not complete, or its session belongs to an earlier run.', 404);
  }
  if (request.method !== 'POST' || session.status !== 'open') {
    return request.method === 'POST' ? afterwards(session) : showCheckout(context, session);
  }
  return context.store.atomically(() => act(context, session, Params.parse(request.body)));
}

function act(context: Context, session: Stripe.Checkout.Session, params: Params): HttpAnswer {
  const action = params.oneOf('action', ACTIONS);
  if (action === undefined) {
    throw parameterMissing('action');
  }
  if (action === 'abandon') {
    return afterwards(expireCheckout(context, session));
  }
  if (action === 'apply' || action === 'remove') {
    return changeCode(context, session, action === 'apply' ? (params.string('code') ?? '') : undefined);
  }
  const email = fixedEmail(context, session) ?? params.string('email') ?? suggestedEmail(session);
  if (!EMAIL.test(email)) {
    return showCheckout(context, session, { email });
  }
  if (action === 'decline') {
    if (total(session) > 0) {
      declineCheckout(context, session, email);
    }
    return seeOther(`/c/pay/${session.id}`);
  }
  const debit = action === 'debit' ? debitOf(session.currency ?? '') : undefined;
  completeCheckout(context, session, email, debit);
  return seeOther(successUrl(session));
}

/** A code that is none is asked for again; without one, what was taken off is put on again. */
function changeCode(context: Context, session: Stripe.Checkout.Session, code: string | undefined): HttpAnswer {
  // Where the seller has chosen the discount there is nothing for the buyer to choose.
  if (session.allow_promotion_codes !== true) {
    return seeOther(`/c/pay/${session.id}`);
  }
  try {
    if (code === undefined) {
      removeCode(context, session);
    } else {
      applyCode(context, session, code);
    }
  } catch (error) {
    if (error instanceof StripeApiError) {
      const errors: PageErrors = { code: { value: code ?? '', message: error.message } };
      return showCheckout(context, session, errors);
    }
    throw error;
  }
  return seeOther(`/c/pay/${session.id}`);
}

/** Where a buyer goes who comes back to a session that is over, with a second click for instance. */
function afterwards(session: Stripe.Checkout.Session): HttpAnswer {
  if (session.status === 'complete') {
    return seeOther(successUrl(session));
  }
  return seeOther(session.cancel_url ?? `/c/pay/${session.id}`);
}
