import type Stripe from 'stripe';
import { TAX_PERCENT } from './billing/amounts';
import { debitOf } from './billing/bank-debits';
import { total } from './billing/checkout';
import { intervalText } from './billing/periods';
import { pricedItems } from './billing/session-amounts';
import type { Context } from './context';
import { formatAmount } from './currency';
import { type Html, html, page } from './html';
import type { HttpAnswer } from './http';
import { CARD_ICON, DONE_ICON, OVER_ICON } from './icons';
import type { CheckoutOrder } from './state';

const SOMEBODY = 'buyer@example.com';
const DAY = 86_400;

/** What the buyer has typed in and cannot have meant. */
export interface PageErrors {
  readonly email?: string;
  readonly code?: { readonly value: string; readonly message: string };
}

/** The page of a session, open or over. */
export function showCheckout(context: Context, session: Stripe.Checkout.Session, errors: PageErrors = {}): HttpAnswer {
  if (session.status === 'complete') {
    return over('All done', 'This checkout is complete.', DONE_ICON, successUrl(session));
  }
  if (session.status === 'expired') {
    return over('This checkout is over', 'It was abandoned or has expired.', OVER_ICON, session.cancel_url);
  }
  const body = html`<main class="checkout">
${summary(context, session, errors)}
${form(context, session, errors.email)}
</main>`;
  return page({
    title: `${heading(context, session)} – local checkout`,
    body,
    status: Object.keys(errors).length === 0 ? 200 : 422,
  });
}

export function successUrl(session: Stripe.Checkout.Session): string {
  return (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id);
}

function over(title: string, text: string, icon: Html, url: string | null): HttpAnswer {
  const link = url === null ? undefined : html`<p><a href="${url}">Back to the shop</a></p>`;
  return page({ title, body: html`<main class="notice card">${icon}<h1>${title}</h1><p>${text}</p>${link}</main>` });
}

function summary(context: Context, session: Stripe.Checkout.Session, errors: PageErrors): Html {
  const order = context.find('checkout_order', session.id);
  const back = session.cancel_url
    ? html`<a class="back" href="${session.cancel_url}">← Back to the shop</a>`
    : undefined;
  return html`<section class="summary" aria-labelledby="summary">
${back}
<h1 id="summary">${heading(context, session)}</h1>
<p class="amount">${total(session) === 0 ? 'Free' : money(total(session), session)} ${afterwardsText(context, session, order)}</p>
<ul class="lines">
${order.lineItems.map((line) => lineOf(context, line))}
</ul>
${session.allow_promotion_codes === true ? codeField(order, errors) : undefined}
${extras(session, order)}
<p class="total"><span>Due today</span> <span class="figure">${money(total(session), session)}</span></p>
</section>`;
}

/** What comes off the lines, and on top of them. */
function extras(session: Stripe.Checkout.Session, { discount, lineItems }: CheckoutOrder): Html | undefined {
  const { amount_discount: off = 0, amount_tax: tax = 0 } = session.total_details ?? {};
  const inclusive = lineItems.every(({ price }) => price?.tax_behavior === 'inclusive');
  const name = discount?.coupon.name ?? 'Discount';
  if (discount === undefined && !session.automatic_tax.enabled) {
    return undefined;
  }
  return html`<ul class="lines">
${discount ? html`<li><span>${name}</span> <span class="figure">−${money(off, session)}</span></li>` : undefined}
${
  session.automatic_tax.enabled
    ? html`<li><span>Tax (made up: ${TAX_PERCENT} %${inclusive ? ', in the price' : ''})</span>
<span class="figure">${money(tax, session)}</span></li>`
    : undefined
}
</ul>`;
}

/** One field for a code, and one code at a time. */
function codeField({ discount }: CheckoutOrder, { code }: PageErrors): Html {
  if (discount !== undefined) {
    return html`<form method="post" class="code"><p>A code is applied.</p>
<button name="action" value="remove">Remove it</button></form>`;
  }
  const wrong = code && html`<p class="hint wrong" id="code-hint">${code.message}</p>`;
  const described = code && html` aria-invalid="true" aria-describedby="code-hint"`;
  return html`<form method="post" class="code">
<div><label for="code">Promotion code</label>
<input id="code" name="code" autocomplete="off" value="${code?.value ?? ''}" required${described}>
${wrong}</div>
<button name="action" value="apply">Apply</button>
</form>`;
}

/** What comes again: all of the amount, or what is left of it without the one-offs, the discount and the trial. */
function afterwardsText(context: Context, session: Stripe.Checkout.Session, order: CheckoutOrder): Html | undefined {
  const first = order.lineItems.find(({ price }) => price?.recurring);
  if (!first?.price) {
    return undefined;
  }
  const amount = pricedItems(laterOrder(order)).reduce((sum, line) => sum + line.amount_total, 0);
  const then = amount === total(session) ? '' : `then ${formatAmount(amount, first.currency)} `;
  return html`<small>${trialText(context, order)}${then}per ${intervalText(first.price)}</small>`;
}

/** The order as it is charged when the trial is over, and what is taken off once is off. */
function laterOrder({ discount, lineItems, taxed }: CheckoutOrder): Parameters<typeof pricedItems>[0] {
  const recurring = lineItems.filter(({ price }) => price?.recurring);
  return { lineItems: recurring, taxed, ...(discount && discount.coupon.duration !== 'once' && { discount }) };
}

function trialText(context: Context, { trial }: CheckoutOrder): string {
  const days = trial && (trial.days ?? Math.ceil(((trial.end ?? 0) - context.now()) / DAY));
  return days === undefined ? '' : `for ${days} ${days === 1 ? 'day' : 'days'}, `;
}

function lineOf(context: Context, line: Stripe.LineItem): Html {
  const { price, quantity } = line;
  const each = formatAmount(price?.unit_amount ?? 0, line.currency);
  const per = price?.recurring ? ` per ${intervalText(price)}` : '';
  const product = context.store.get('product', String(price?.product));
  const detail = product?.description ? html`<span>${product.description}</span><br>` : undefined;
  return html`<li><span class="what"><strong>${line.description ?? ''}</strong>
${detail}<span>${quantity ?? 1} × ${each}${per}</span></span>
<span class="figure">${formatAmount(line.amount_subtotal, line.currency)}</span></li>`;
}

function form(context: Context, session: Stripe.Checkout.Session, wrongEmail?: string): Html {
  const free = total(session) === 0;
  const debitable = debitOf(session.currency ?? '') !== undefined;
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
${free || !debitable ? undefined : otherEnd('debit', 'Bank debit', 'Settles days later.')}
${otherEnd('abandon', 'Abandon', 'The buyer leaves.')}
</div>
</form>
</section>`;
}

/** A buyer who leaves need not fill anything in. */
function otherEnd(action: 'decline' | 'debit' | 'abandon', label: string, what: string): Html {
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
export function fixedEmail(context: Context, session: Stripe.Checkout.Session): string | undefined {
  return context.store.get('customer', String(session.customer))?.email ?? undefined;
}

export function suggestedEmail(session: Stripe.Checkout.Session): string {
  return session.customer_email ?? SOMEBODY;
}
