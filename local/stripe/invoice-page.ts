import type Stripe from 'stripe';
import { charge } from './billing/invoicing';
import { type Account, Context } from './context';
import { formatAmount } from './currency';
import { html, notice, page } from './html';
import { type HttpAnswer, type HttpRequest, seeOther } from './http';
import { CARD_ICON, DONE_ICON } from './icons';

export const INVOICE_PATH = /^\/i\/(?<id>[^/]+)$/;

/** The page of an invoice, its `hosted_invoice_url`: here one is paid that could not be charged. */
export function answerInvoice(account: Account, id: string, request: HttpRequest): HttpAnswer {
  const context = new Context(account);
  const invoice = context.store.get('invoice', id);
  if (invoice === undefined || invoice.status === 'draft') {
    return notice('No such invoice', 'The link is not complete, or its invoice belongs to an earlier run.', 404);
  }
  if (request.method === 'POST') {
    if (invoice.status === 'open') {
      context.store.atomically(() => charge(context, invoice, 'paid'));
    }
    return seeOther(request.path);
  }
  return show(invoice);
}

function show(invoice: Stripe.Invoice): HttpAnswer {
  const amount = formatAmount(invoice.amount_due, invoice.currency);
  const title = `Invoice ${invoice.number ?? ''} – local invoice`;
  if (invoice.status !== 'open') {
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
