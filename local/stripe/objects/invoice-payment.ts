import type Stripe from 'stripe';

export interface InvoicePaymentDetails {
  readonly id: string;
  readonly created: number;
  readonly invoice: Stripe.Invoice;
  readonly paymentIntent: string;
}

/** How an invoice and its PaymentIntent know of each other. */
export function newInvoicePayment(details: InvoicePaymentDetails): Stripe.InvoicePayment {
  return {
    id: details.id,
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: details.invoice.amount_due,
    created: details.created,
    currency: details.invoice.currency,
    invoice: details.invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: details.paymentIntent, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
}

export function paidInvoicePayment(payment: Stripe.InvoicePayment, at: number): Stripe.InvoicePayment {
  return {
    ...payment,
    amount_paid: payment.amount_requested,
    status: 'paid',
    status_transitions: { canceled_at: null, paid_at: at },
  };
}
