import type Stripe from 'stripe';
import { listOf } from './list';
import type { Period } from './subscription';

export interface InvoiceDetails {
  readonly id: string;
  readonly number: string;
  readonly created: number;
  readonly customer: Stripe.Customer;
  readonly subscription: Stripe.Subscription;
  readonly billingReason: Stripe.Invoice.BillingReason;
  readonly lines: Stripe.InvoiceLineItem[];
  /** The period that is over; what the lines pay for is the next one. */
  readonly period: Period;
  /** What of the customer's balance counts; negative when it is credit. */
  readonly startingBalance: number;
}

export function newInvoice(details: InvoiceDetails): Stripe.Invoice {
  const { customer, subscription } = details;
  const { subtotal, taxes, exclusive } = sumsOf(details.lines);
  const total = totalOf(details.lines);
  const due = Math.max(0, total + details.startingBalance);
  return {
    ...unusedFeatures(),
    id: details.id,
    object: 'invoice',
    automatic_tax: automaticTax(subscription),
    amount_due: due,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: due,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    billing_reason: details.billingReason,
    collection_method: 'charge_automatically',
    created: details.created,
    currency: subscription.currency,
    customer: customer.id,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    discounts: discountAmounts(details.lines).map(({ discount }) => String(discount)),
    effective_at: null,
    ending_balance: null,
    lines: listOf(`/v1/invoices/${details.id}/lines`, details.lines),
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: details.number,
    parent: {
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      type: 'subscription_details',
    },
    period_end: details.period.end,
    period_start: details.period.start,
    starting_balance: details.startingBalance,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal,
    subtotal_excluding_tax: subtotal - (taxes - exclusive),
    total,
    total_discount_amounts: discountAmounts(details.lines),
    total_excluding_tax: total - taxes,
    total_taxes: totalTaxes(details.lines),
  };
}

/** What is to be paid for lines. */
export function totalOf(lines: readonly Stripe.InvoiceLineItem[]): number {
  const { subtotal, discounts, exclusive } = sumsOf(lines);
  return subtotal - discounts + exclusive;
}

export function finalizedInvoice(invoice: Stripe.Invoice, at: number, url: string): Stripe.Invoice {
  return {
    ...invoice,
    effective_at: at,
    ending_balance: Math.min(0, invoice.total + invoice.starting_balance),
    hosted_invoice_url: url,
    status: 'open',
    status_transitions: { ...invoice.status_transitions, finalized_at: at },
  };
}

export function paidInvoice(invoice: Stripe.Invoice, at: number): Stripe.Invoice {
  return {
    ...invoice,
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    attempt_count: invoice.attempt_count + (invoice.amount_due > 0 ? 1 : 0),
    attempted: true,
    auto_advance: false,
    next_payment_attempt: null,
    status: 'paid',
    status_transitions: { ...invoice.status_transitions, paid_at: at },
  };
}

export function unpaidInvoice(invoice: Stripe.Invoice, nextAttempt: number | null): Stripe.Invoice {
  return {
    ...invoice,
    attempt_count: invoice.attempt_count + 1,
    attempted: true,
    next_payment_attempt: nextAttempt,
  };
}

export function voidedInvoice(invoice: Stripe.Invoice, at: number): Stripe.Invoice {
  return {
    ...invoice,
    auto_advance: false,
    next_payment_attempt: null,
    status: 'void',
    status_transitions: { ...invoice.status_transitions, voided_at: at },
  };
}

export function uncollectibleInvoice(invoice: Stripe.Invoice, at: number): Stripe.Invoice {
  return {
    ...invoice,
    auto_advance: false,
    next_payment_attempt: null,
    status: 'uncollectible',
    status_transitions: { ...invoice.status_transitions, marked_uncollectible_at: at },
  };
}

/** The subscription that an invoice is for. */
export function subscriptionOf(invoice: Stripe.Invoice): string | undefined {
  const subscription = invoice.parent?.subscription_details?.subscription;
  return typeof subscription === 'string' ? subscription : subscription?.id;
}

function sumsOf(lines: readonly Stripe.InvoiceLineItem[]) {
  const sum = (amounts: readonly { readonly amount: number }[]) => amounts.reduce((all, { amount }) => all + amount, 0);
  const taxes = lines.flatMap((line) => line.taxes ?? []);
  return {
    subtotal: sum(lines),
    discounts: sum(lines.flatMap((line) => line.discount_amounts ?? [])),
    taxes: sum(taxes),
    exclusive: sum(taxes.filter(({ tax_behavior: behavior }) => behavior === 'exclusive')),
  };
}

function discountAmounts(lines: readonly Stripe.InvoiceLineItem[]): Stripe.Invoice.TotalDiscountAmount[] {
  const totals = new Map<string, number>();
  for (const { amount, discount } of lines.flatMap((line) => line.discount_amounts ?? [])) {
    totals.set(String(discount), (totals.get(String(discount)) ?? 0) + amount);
  }
  return [...totals].map(([discount, amount]) => ({ amount, discount }));
}

/** One for what is in the amounts, and one for what comes on top. */
function totalTaxes(lines: readonly Stripe.InvoiceLineItem[]): Stripe.Invoice.TotalTax[] {
  const totals = new Map<string, Stripe.Invoice.TotalTax>();
  for (const tax of lines.flatMap((line) => line.taxes ?? [])) {
    const before = totals.get(tax.tax_behavior);
    totals.set(tax.tax_behavior, {
      ...tax,
      amount: tax.amount + (before?.amount ?? 0),
      taxable_amount: (tax.taxable_amount ?? 0) + (before?.taxable_amount ?? 0),
    });
  }
  return [...totals.values()];
}

function automaticTax({ automatic_tax: { enabled } }: Stripe.Subscription): Stripe.Invoice.AutomaticTax {
  return {
    disabled_reason: null,
    enabled,
    liability: enabled ? { type: 'self' } : null,
    provider: enabled ? 'stripe' : null,
    status: enabled ? 'complete' : null,
  };
}

/** What an invoice says of the features that the stand-in does not have: that they are off. */
function unusedFeatures() {
  return {
    account_country: 'US',
    account_name: 'Local stand-in',
    account_tax_ids: null,
    amount_shipping: 0,
    application: null,
    automatically_finalizes_at: null,
    custom_fields: null,
    customer_account: null,
    customer_address: null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    due_date: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    on_behalf_of: null,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    statement_descriptor: null,
    test_clock: null,
    total_pretax_credit_amounts: [],
    webhooks_delivered_at: null,
  } satisfies Partial<Stripe.Invoice>;
}
