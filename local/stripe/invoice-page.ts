import type Stripe from 'stripe';
import { cardOf, charge, keepCard, outcomeOf } from './billing/collection';
import { takeCard } from './billing/payments';
import { type Account, Context } from './context';
import { formatAmount } from './currency';
import { html, notice, page } from './html';
import { type HttpAnswer, type HttpRequest, seeOther } from './http';
import { CARD_ICON, DONE_ICON } from './icons';
import { subscriptionOf } from './objects/invoice';

export const INVOICE_PATH = /^\/i\/(?<id>[^/]+)$/;

/** The page of an invoice, its `hosted_invoice_url`: here one is paid that could not be charged. */
export function answerInvoice(account: Account, id: string, request: HttpRequest): HttpAnswer {
  const context = new Context(account);
  const invoice = context.store.get('invoice', id);
  if (invoice === undefined || invoice.status === 'draft') {
    return notice('No such invoice', 'The link is not complete, or its invoice belongs to an earlier run.', 404);
  }
  if (request.method === 'POST') {
    if (isPayable(invoice)) {
      context.store.atomically(() => pay(context, invoice));
    }
    return seeOther(request.path);
  }
  return show(invoice);
}

/** What was given up may still be paid. */
function isPayable({ status }: Stripe.Invoice): boolean {
  return status === 'open' || status === 'uncollectible';
}

/** With the card on file, or where that one is good for nothing with another. */
function pay(context: Context, invoice: Stripe.Invoice): void {
  const subscription = context.find('subscription', subscriptionOf(invoice) ?? '');
  const customer = String(invoice.customer);
  if (cardOf(context, subscription) === undefined || outcomeOf(context, subscription) !== 'paid') {
    keepCard(context, customer, takeCard(context, customer, invoice.customer_email));
  }
  charge(context, invoice, 'paid');
}

function show(invoice: Stripe.Invoice): HttpAnswer {
  const amount = formatAmount(invoice.amount_due, invoice.currency);
  const title = `Invoice ${invoice.number ?? ''} – local invoice`;
  if (invoice.status === 'void') {
    return notice(`Invoice ${invoice.number ?? ''}`, 'It is void: there is nothing to pay.');
  }
  if (!isPayable(invoice)) {
    const body = html`<main class="notice card">${DONE_ICON}<h1>Invoice ${invoice.status ?? ''}</h1>
<p>${amount} are settled. The API serves its customer again.</p></main>`;
    return page({ title, body });
  }
  const body = html`<main class="portal">
<h1>Invoice ${invoice.number ?? ''}</h1>
<section class="card">
<dl>
${invoice.lines.data.map(({ description, amount: each }) => html`<dt>${description ?? ''}</dt><dd>${formatAmount(each, invoice.currency)}</dd>`)}
<dt>Due now</dt><dd>${amount}</dd>
</dl>
<form method="post">
<p class="way">${CARD_ICON} <span>Test card ending in 4242</span></p>
<button class="primary">Pay ${amount}</button>
</form>
</section>
</main>`;
  return page({ title, body });
}
