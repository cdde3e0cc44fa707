/**
 * JSON Schema (2020-12) of the body of a 402. It is published with the package, at the billing path, and in the API's OpenAPI document;
 * members may be added to a body, so none is forbidden.
 */
export const PAYMENT_REQUIRED_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Payment Required',
  description: 'Why a call was refused until it is paid for, and what to do about it: problem details (RFC 9457).',
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'reason', 'plan', 'cost', 'resetsAt', 'recommendation'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'What kind of problem it is.' },
    title: { type: 'string' },
    status: { const: 402 },
    detail: { type: 'string', description: 'What has happened and what to do next, in plain words.' },
    instance: { type: 'string', format: 'uri', description: 'Names this refusal; quote it to whoever runs the API.' },
    reason: {
      enum: ['quota_exhausted', 'payment_failed', 'route_not_in_plan', 'usage_plan_quota_exceeded'],
    },
    plan: { type: 'string', description: 'The id of the plan that the customer is on.' },
    limit: { type: 'integer', minimum: 0, description: 'Units a period; absent where there is no limit.' },
    remaining: { type: 'integer', minimum: 0, description: 'Units that are left; absent where there is no limit.' },
    cost: { type: 'integer', minimum: 0, description: 'Units that the refused call costs.' },
    resetsAt: {
      type: ['string', 'null'],
      format: 'date-time',
      description: "When the plan's units come back; null where they never do.",
    },
    checkoutUrl: {
      type: 'string',
      format: 'uri',
      description: 'Where to pay; absent where nothing is sold that would help.',
    },
    recommendation: {
      type: 'object',
      description: 'The one thing that helps best.',
      required: ['action'],
      properties: {
        action: { enum: ['wait', 'top_up', 'upgrade', 'fix_card', 'ask_operator'] },
        until: { type: 'string', format: 'date-time', description: 'With `wait`: when the call can be sent again.' },
        plan: { type: 'string', description: 'With `upgrade`: the id of the plan.' },
        topUp: { type: 'string', description: 'With `top_up`: the id of the top-up.' },
        url: { type: 'string', format: 'uri', description: 'Where to do it: what checkoutUrl leads to.' },
      },
    },
  },
} as const;
