import type Stripe from 'stripe';
import { productName } from './billing/invoicing';
import { intervalText } from './billing/periods';
import { type Account, Context } from './context';
import { formatAmount } from './currency';
import { Params } from './form';
import { type Html, html, notice, page } from './html';
import { type HttpAnswer, type HttpRequest, seeOther } from './http';
import { amountOf } from './objects/price';
import { endAtPeriodEnd, periodOf } from './objects/subscription';

export const PORTAL_PATH = /^\/p\/session\/(?<id>[^/]+)$/;

/** The page on which customers look after their subscriptions. */
export function answerPortal(account: Account, id: string, request: HttpRequest): HttpAnswer {
  const context = new Context(account);
  const session = context.store.get('billing_portal.session', id);
  if (session === undefined) {
    return notice('No such portal session', 'The link is not complete, or it belongs to an earlier run.', 404);
  }
  if (request.method === 'POST') {
    const params = Params.parse(request.body);
    const subscription = ownedBy(context, session.customer).find((row) => row.id === params.string('subscription'));
    if (subscription !== undefined) {
      const changed = endAtPeriodEnd(subscription, params.string('action') === 'cancel', context.now());
      context.update('subscription', subscription, changed);
    }
    return seeOther(request.path);
  }
  const subscriptions = ownedBy(context, session.customer);
  const cards = subscriptions.map((subscription) => card(context, subscription));
  const none = html`<section class="card"><p>There is no subscription.</p></section>`;
  const body = html`<main class="portal">
${session.return_url === null ? undefined : html`<a class="back" href="${session.return_url}">← Back</a>`}
<h1>Your subscription</h1>
${cards.length === 0 ? none : cards}
</main>`;
  return page({ title: 'Your subscription – local customer portal', body });
}

function card(context: Context, subscription: Stripe.Subscription): Html {
  const ends = subscription.cancel_at_period_end;
  const date = new Date(periodOf(subscription).end * 1_000).toLocaleDateString('en', { dateStyle: 'long' });
  const [action, label] = ends ? ['keep', 'Keep the subscription'] : ['cancel', 'Cancel at the end of the period'];
  return html`<section class="card">
<h2>${subscription.items.data.map(({ price }) => html`${productName(context, price)}`)}</h2>
<dl>
<dt>Price</dt><dd>${subscription.items.data.map(priceOf)}</dd>
<dt>Status</dt><dd>${(subscription.status as string).replace('_', ' ')}</dd>
<dt>${ends ? 'Ends on' : 'Renews on'}</dt><dd>${date}</dd>
</dl>
<form method="post">
<input type="hidden" name="subscription" value="${subscription.id}">
<button name="action" value="${action}">${label}</button>
</form>
</section>`;
}

function priceOf({ price, quantity }: Stripe.SubscriptionItem): Html {
  return html`${formatAmount(amountOf(price, quantity ?? 1), price.currency)} per ${intervalText(price)}`;
}

function ownedBy(context: Context, customer: string): Stripe.Subscription[] {
  return context.store
    .all('subscription')
    .filter((subscription) => subscription.customer === customer && subscription.status !== 'canceled');
}
