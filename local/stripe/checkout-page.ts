import type Stripe from 'stripe';
import { completeCheckout, declineCheckout, expireCheckout, total } from './billing/checkout';
import { intervalText } from './billing/periods';
import { type Account, Context } from './context';
import { formatAmount } from './currency';
import { parameterMissing } from './errors';
import { Params } from './form';
import { type Html, html, notice, page } from './html';
import { type HttpAnswer, type HttpRequest, seeOther } from './http';
import { CARD_ICON, DONE_ICON, OVER_ICON } from './icons';

export const CHECKOUT_PATH = /^\/c\/pay\/(?<id>[^/]+)$/;

/** Good enough for a buyer who is the developer; a mail server would know better. */
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const SOMEBODY = 'buyer@example.com';

/** The page on which a buyer pays, and what its buttons do. */
export function answerCheckout(account: Account, id: string, request: HttpRequest): HttpAnswer {
  const context = new Context(account);
  const session = context.store.get('checkout.session', id);
  if (session === undefined) {
    return notice('No such checkout', 'The link is not complete, or its session belongs to an earlier run.', 404);
  }
  if (request.method !== 'POST' || session.status !== 'open') {
    return request.method === 'POST' ? afterwards(session) : show(context, session);
  }
  return context.store.atomically(() => act(context, session, Params.parse(request.body)));
}

function act(context: Context, session: Stripe.Checkout.Session, params: Params): HttpAnswer {
  const action = params.oneOf('action', ['pay', 'decline', 'abandon']);
  if (action === undefined) {
    throw parameterMissing('action');
  }
  if (action === 'abandon') {
    return afterwards(expireCheckout(context, session));
  }
  const email = fixedEmail(context, session) ?? params.string('email') ?? suggestedEmail(session);
  if (!EMAIL.test(email)) {
    return show(context, session, email);
  }
  if (action === 'decline') {
    if (total(session) > 0) {
      declineCheckout(context, session, email);
    }
    return seeOther(`/c/pay/${session.id}`);
  }
  completeCheckout(context, session, email);
  return seeOther(successUrl(session));
}

/** Where a buyer goes who comes back to a session that is over, with a second click for instance. */
function afterwards(session: Stripe.Checkout.Session): HttpAnswer {
  if (session.status === 'complete') {
    return seeOther(successUrl(session));
  }
  return seeOther(session.cancel_url ?? `/c/pay/${session.id}`);
}

function successUrl(session: Stripe.Checkout.Session): string {
  return (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id);
}

function show(context: Context, session: Stripe.Checkout.Session, wrongEmail?: string): HttpAnswer {
  if (session.status === 'complete') {
    return over('All done', 'This checkout is complete.', DONE_ICON, successUrl(session));
  }
  if (session.status === 'expired') {
    return over('This checkout is over', 'It was abandoned or has expired.', OVER_ICON, session.cancel_url);
  }
  const body = html`<main class="checkout">
${summary(context, session)}
${form(context, session, wrongEmail)}
</main>`;
  return page({
    title: `${heading(context, session)} – local checkout`,
    body,
    status: wrongEmail === undefined ? 200 : 422,
  });
}

function over(title: string, text: string, icon: Html, url: string | null): HttpAnswer {
  const link = url === null ? undefined : html`<p><a href="${url}">Back to the shop</a></p>`;
  return page({ title, body: html`<main class="notice card">${icon}<h1>${title}</h1><p>${text}</p>${link}</main>` });
}

function summary(context: Context, session: Stripe.Checkout.Session): Html {
  const lineItems = context.find('checkout_order', session.id).lineItems;
  const back = session.cancel_url
    ? html`<a class="back" href="${session.cancel_url}">← Back to the shop</a>`
    : undefined;
  return html`<section class="summary" aria-labelledby="summary">
${back}
<h1 id="summary">${heading(context, session)}</h1>
<p class="amount">${total(session) === 0 ? 'Free' : html`${money(total(session), session)} ${every(lineItems)}`}</p>
<ul class="lines">
${lineItems.map((line) => lineOf(context, line))}
</ul>
<p class="total"><span>Due today</span> <span class="figure">${money(total(session), session)}</span></p>
</section>`;
}

/** What comes again: all of the amount, or what is left of it without the one-offs. */
function every(lineItems: readonly Stripe.LineItem[]): Html | undefined {
  const recurring = lineItems.filter(({ price }) => price?.recurring);
  const [first] = recurring;
  if (!first?.price) {
    return undefined;
  }
  const again = recurring.reduce((sum, line) => sum + line.amount_total, 0);
  const then = recurring.length === lineItems.length ? '' : `then ${formatAmount(again, first.currency)} `;
  return html`<small>${then}per ${intervalText(first.price)}</small>`;
}

function lineOf(context: Context, line: Stripe.LineItem): Html {
  const { price, quantity } = line;
  const each = formatAmount(price?.unit_amount ?? 0, line.currency);
  const per = price?.recurring ? ` per ${intervalText(price)}` : '';
  const product = context.store.get('product', String(price?.product));
  const detail = product?.description ? html`<span>${product.description}</span><br>` : undefined;
  return html`<li><span class="what"><strong>${line.description ?? ''}</strong>
${detail}<span>${quantity ?? 1} × ${each}${per}</span></span>
<span class="figure">${formatAmount(line.amount_total, line.currency)}</span></li>`;
}

function form(context: Context, session: Stripe.Checkout.Session, wrongEmail?: string): Html {
  const free = total(session) === 0;
  return html`<section class="card" aria-labelledby="form">
<h2 id="form">${free ? 'Your details' : 'Pay by card'}</h2>
${declined(context, session)}
<form method="post">
${emailField(context, session, wrongEmail)}
${way(session)}
<button class="primary" name="action" value="pay">${free ? 'Start' : `Pay ${money(total(session), session)}`}</button>
<p class="or"><span>or see how else it can end</span></p>
<div class="others">
${free ? undefined : otherEnd('decline', 'Decline', 'The bank says no.')}
${otherEnd('abandon', 'Abandon', 'The buyer leaves.')}
</div>
</form>
</section>`;
}

/** A buyer who leaves need not fill anything in. */
function otherEnd(action: 'decline' | 'abandon', label: string, what: string): Html {
  const unchecked = action === 'abandon' ? html` formnovalidate` : undefined;
  return html`<div><button name="action" value="${action}" aria-describedby="${action}"${unchecked}>${label}</button>
<p class="hint" id="${action}">${what}</p></div>`;
}

function emailField(context: Context, session: Stripe.Checkout.Session, wrong?: string): Html {
  const fixed = fixedEmail(context, session);
  const state = fixed === undefined ? 'required' : 'readonly';
  const value = wrong ?? fixed ?? suggestedEmail(session);
  const invalid =
    wrong === undefined
      ? undefined
      : html`<p class="hint wrong" id="email-hint">Enter an e-mail address, such as ${SOMEBODY}.</p>`;
  const described = invalid === undefined ? undefined : html` aria-invalid="true" aria-describedby="email-hint"`;
  return html`<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="email" value="${value}" ${state}${described}>
${invalid}`;
}

function way(session: Stripe.Checkout.Session): Html {
  if (total(session) === 0 && session.payment_method_collection !== 'always') {
    return html`<p class="way">No card is needed.</p>`;
  }
  return html`<p class="way">${CARD_ICON} <span>Test card ending in 4242</span></p>`;
}

function declined(context: Context, session: Stripe.Checkout.Session): Html | undefined {
  const { paymentIntent } = context.find('checkout_order', session.id);
  const intent = paymentIntent === undefined ? undefined : context.store.get('payment_intent', paymentIntent);
  return intent?.last_payment_error
    ? html`<p class="alert" role="alert"><strong>The card was declined.</strong> Nothing was charged. Try again.</p>`
    : undefined;
}

function heading(context: Context, session: Stripe.Checkout.Session): string {
  const lineItems = context.find('checkout_order', session.id).lineItems;
  const name = lineItems.length === 1 ? lineItems[0]?.description : undefined;
  if (session.mode === 'subscription') {
    return name ? `Subscribe to ${name}` : 'Subscribe';
  }
  return name ? `Buy ${name}` : 'Your order';
}

function money(amount: number, session: Stripe.Checkout.Session): string {
  return formatAmount(amount, session.currency ?? 'usd');
}

/** A customer who has an address keeps it. */
function fixedEmail(context: Context, session: Stripe.Checkout.Session): string | undefined {
  return context.store.get('customer', String(session.customer))?.email ?? undefined;
}

function suggestedEmail(session: Stripe.Checkout.Session): string {
  return session.customer_email ?? SOMEBODY;
}
