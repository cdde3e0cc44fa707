import { MOST_DAYS } from '../usage-days';
import type { Json } from './operations';

/** A billing route as the documents tell of it; the ids are stable, and programs may call by them. */
export interface BillingOperation {
  readonly id: string;
  readonly summary: string;
  /** `optional`: a new customer has no key yet. */
  readonly key?: 'required' | 'optional';
  readonly parameters?: readonly Json[];
  readonly body?: Json;
  readonly bodyIsRequired?: boolean;
  /** The status of its success. */
  readonly status: number;
  readonly answer?: Json;
  /** Statuses of refusals, whose bodies are problem details. */
  readonly refusals: readonly number[];
}

const string = { type: 'string' };
const uri = { type: 'string', format: 'uri' };
const time = { type: ['string', 'null'], format: 'date-time' };
const units = { type: 'integer', minimum: 0 };
const unitsOrNull = { type: ['integer', 'null'], minimum: 0 };

function object(properties: Json, required: readonly string[] = Object.keys(properties)): Json {
  return { type: 'object', properties, required };
}

function list(items: Json): Json {
  return { type: 'array', items };
}

const PRICE = {
  type: ['object', 'null'],
  description: "In the currency's minor unit; null for what is free.",
  properties: { amount: units, currency: string, interval: { enum: ['month', 'year'] }, atCheckout: { const: true } },
};

const QUOTA = {
  ...object({ units, period: { enum: ['day', 'week', 'month', 'billing', 'once', 'unlimited'] }, timeZone: string }, [
    'period',
  ]),
};

const NEW_KEY = { id: string, name: string, expiresAt: time, apiKey: string, note: string };

/** By HTTP method and path below the billing path. */
export const BILLING_OPERATIONS: Readonly<Record<string, BillingOperation>> = {
  'GET /plans': {
    id: 'listPlans',
    summary: 'What is sold',
    status: 200,
    answer: object(
      {
        plans: list(object({ id: string, name: string, quota: QUOTA, price: PRICE })),
        topUps: list(object({ id: string, name: string, units, price: PRICE })),
        defaultPlan: string,
        checkout: { type: 'object' },
        signUp: { type: 'object' },
      },
      ['plans', 'topUps', 'defaultPlan', 'checkout'],
    ),
    refusals: [],
  },
  'POST /checkout': {
    id: 'startCheckout',
    summary: 'The URL of a checkout for a plan or a top-up: for a new customer, or for the one whose key is sent',
    key: 'optional',
    body: { oneOf: [object({ plan: string }), object({ topUp: string })] },
    bodyIsRequired: true,
    status: 201,
    answer: object({ url: uri, expiresAt: string, claim: string, welcomeUrl: uri }, ['url', 'expiresAt']),
    refusals: [400, 401, 403, 409],
  },
  'GET /checkout/{token}': {
    id: 'followCheckoutLink',
    summary: 'The link in a 402: leads to the checkout',
    parameters: [
      { name: 'plan', in: 'query', schema: string },
      { name: 'topUp', in: 'query', schema: string },
    ],
    status: 303,
    refusals: [403, 404, 409, 410],
  },
  'GET /welcome': {
    id: 'welcome',
    summary: 'Where a checkout leads back to; shows a new customer the key, once, to whoever sends the claim',
    parameters: [
      { name: 'session_id', in: 'query', required: true, schema: string },
      { name: 'X-Checkout-Claim', in: 'header', schema: string },
    ],
    status: 200,
    answer: object({
      purchase: string,
      credited: { type: 'boolean' },
      apiKey: { type: ['string', 'null'] },
      note: string,
      usageUrl: uri,
    }),
    refusals: [404, 409, 503],
  },
  'GET /usage': {
    id: 'showUsage',
    summary: 'What is left, and when more comes; with `days`, also what was used on each day, by route',
    key: 'required',
    parameters: [
      {
        name: 'days',
        in: 'query',
        description: 'How many days of history, today included; days are those of UTC.',
        schema: { type: 'integer', minimum: 1, maximum: MOST_DAYS },
      },
    ],
    status: 200,
    answer: object(
      {
        customer: string,
        plan: string,
        standing: { enum: ['active', 'grace', 'suspended'] },
        graceEndsAt: time,
        limit: unitsOrNull,
        remaining: unitsOrNull,
        included: unitsOrNull,
        credits: units,
        resetsAt: time,
        history: {
          ...list(
            object({
              date: { type: 'string', format: 'date' },
              units,
              routes: { type: 'object', additionalProperties: units },
            }),
          ),
          description:
            'With `days` alone: units that calls were charged, the oldest day first; days without any are left out. ' +
            'Routes are called `GET /forecast/{city}`; `other` are those that are not counted by themselves.',
        },
      },
      ['customer', 'plan', 'standing', 'limit', 'remaining', 'credits', 'resetsAt'],
    ),
    refusals: [400, 401],
  },
  'POST /portal': {
    id: 'openPortal',
    summary: 'The URL of the page for cards, invoices and cancelling',
    key: 'required',
    status: 201,
    answer: object({ url: uri }),
    refusals: [401, 409],
  },
  'GET /keys': {
    id: 'listKeys',
    summary: "The customer's keys, without their texts",
    key: 'required',
    status: 200,
    answer: object({
      keys: list(
        object({
          id: string,
          name: string,
          createdAt: time,
          expiresAt: time,
          revokedAt: time,
          active: { type: 'boolean' },
          calling: { type: 'boolean' },
        }),
      ),
      most: units,
    }),
    refusals: [401],
  },
  'POST /keys': {
    id: 'makeKey',
    summary: 'One more key for the same balance; its text is in this answer alone',
    key: 'required',
    body: object({ name: string, expiresAt: { type: 'string', format: 'date-time' }, expiresIn: units }, ['name']),
    bodyIsRequired: true,
    status: 201,
    answer: object(NEW_KEY),
    refusals: [400, 401, 403, 409],
  },
  'POST /keys/{keyId}/rotate': {
    id: 'rotateKey',
    summary: 'A key in the place of another, which is served for a while yet',
    key: 'required',
    body: object({ overlap: { ...units, description: 'Seconds for which the old key is served.' } }, []),
    status: 201,
    answer: object({ ...NEW_KEY, replaces: object({ id: string, servedUntil: time }) }),
    refusals: [400, 401, 404, 409],
  },
  'DELETE /keys/{keyId}': {
    id: 'revokeKey',
    summary: 'Takes a key away for good',
    key: 'required',
    status: 204,
    refusals: [401, 404, 409],
  },
  'POST /sign-up': {
    id: 'signUp',
    summary: 'A new customer on the default plan, and a key, at once',
    status: 201,
    answer: object({ customer: string, plan: string, apiKey: string, note: string, usageUrl: uri }),
    refusals: [429],
  },
};
