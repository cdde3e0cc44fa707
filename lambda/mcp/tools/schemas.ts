import type { JSONObject, Tool } from '@modelcontextprotocol/server';
import { PAYMENT_REQUIRED_SCHEMA } from '../../../lib/private/payment-required-schema';

type Schema = Tool['inputSchema'];

export const NO_ARGUMENTS: Schema = { type: 'object', properties: {}, additionalProperties: false };

/** The hints of a tool that changes nothing. */
export const READS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true } as const;

const time = (description: string) => ({ type: 'string', format: 'date-time', description });
const timeOrNull = (description: string) => ({ type: ['string', 'null'], format: 'date-time', description });
const unitsOrNull = (description: string) => ({ type: ['integer', 'null'], description });
const PRICE = {
  type: ['object', 'null'],
  description: 'Null for what is free.',
  properties: {
    amount: { type: 'integer', description: "In the currency's minor unit." },
    currency: { type: 'string', description: 'ISO 4217, lower case.' },
    interval: { enum: ['month', 'year'], description: 'Absent for what is paid once.' },
    atCheckout: { const: true, description: 'The price is shown at checkout.' },
  },
};

export const OFFERS: Schema = {
  type: 'object',
  required: ['plans', 'topUps', 'defaultPlan'],
  properties: {
    plans: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'name', 'quota', 'price'],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          quota: {
            type: 'object',
            required: ['period'],
            properties: {
              units: { type: 'integer', description: 'Units a period; absent where there is no limit.' },
              period: { enum: ['day', 'week', 'month', 'billing', 'once', 'unlimited'] },
              timeZone: { type: 'string' },
            },
          },
          price: PRICE,
        },
      },
    },
    topUps: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'name', 'units', 'price'],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          units: { type: 'integer' },
          price: PRICE,
        },
      },
    },
    defaultPlan: { type: 'string', description: 'The id of the plan that new customers start on.' },
  },
};

/** As JSON that may be changed, which the protocol's types want. */
const REFUSAL = structuredClone<unknown>(PAYMENT_REQUIRED_SCHEMA.properties) as Record<
  'checkoutUrl' | 'recommendation',
  JSONObject
>;

const STANDING = {
  plan: { type: 'string', description: 'The id of the plan.' },
  standing: { enum: ['active', 'grace', 'suspended'] },
  limit: unitsOrNull('Units a period; null where there is no limit.'),
  remaining: unitsOrNull('Units that are left, bought ones included; null where there is no limit.'),
  included: unitsOrNull("The plan's own units that are left; null where there is no limit."),
  credits: { type: 'integer', description: 'Bought units that are left. They survive the period.' },
  resetsAt: timeOrNull("When the plan's units come back; null where they never do."),
};

export const CONTEXT: Schema = {
  type: 'object',
  required: ['customer', ...Object.keys(STANDING), 'detail'],
  properties: {
    customer: { type: 'string' },
    ...STANDING,
    graceEndsAt: time('Until when calls are served although a payment has failed.'),
    detail: { type: 'string', description: 'What to do next, in plain words.' },
    checkoutUrl: { ...REFUSAL.checkoutUrl, type: ['string', 'null'] },
    recommendation: { ...REFUSAL.recommendation },
  },
};

export const STARTED: Schema = {
  type: 'object',
  required: ['url', 'checkoutSession', 'expiresAt', 'detail'],
  properties: {
    url: { type: 'string', format: 'uri', description: 'Where a person pays.' },
    checkoutSession: { type: 'string', description: 'Names the checkout to get_payment_status.' },
    expiresAt: time('Until when it can be paid.'),
    detail: { type: 'string' },
  },
};

export const PAYMENT_STATUS: Schema = {
  type: 'object',
  required: ['account', 'detail'],
  properties: {
    checkout: {
      type: 'object',
      required: ['status', 'purchase'],
      properties: {
        status: {
          enum: ['open', 'awaiting_payment', 'crediting', 'credited'],
          description: 'With `credited`, what was bought counts for the next call.',
        },
        purchase: {
          type: 'object',
          properties: { plan: { type: 'string' }, topUp: { type: 'string' } },
          description: 'The id of what is bought.',
        },
      },
    },
    account: { type: 'object', required: Object.keys(STANDING), properties: STANDING },
    detail: { type: 'string' },
  },
};

/** What a call of the API has come to. */
export const API_ANSWER: Schema = {
  type: 'object',
  required: ['status', 'headers'],
  properties: {
    status: { type: 'integer', description: 'The HTTP status.' },
    headers: { type: 'object', additionalProperties: { type: 'string' } },
    body: { description: 'JSON as it is, and other text as a text; absent where there is none.' },
    binary: {
      type: 'object',
      description: 'In place of a body that is no text.',
      required: ['contentType', 'bytes'],
      properties: { contentType: { type: 'string' }, bytes: { type: 'integer' } },
    },
    truncated: { type: 'boolean', description: 'Whether the body was longer, and is cut.' },
  },
};

export const RESUMED: Schema = {
  type: 'object',
  required: ['status', 'detail'],
  properties: {
    status: { enum: ['waiting', 'paid', 'used', 'expired'] },
    detail: { type: 'string' },
    checkoutUrl: { ...REFUSAL.checkoutUrl, type: ['string', 'null'] },
    expiresAt: time('Until when it can be run.'),
    answer: { ...API_ANSWER, description: 'What the API has answered; with `used`, after this run.' },
  },
};
