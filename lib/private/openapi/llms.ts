import { Token } from 'aws-cdk-lib';
import type { PlanEntry, PriceEntry, QuotaEntry, TopUpEntry } from '../catalogue';
import { resourceOf } from '../protected-api';
import { type ApiFacts, costText, termsOf } from './api-facts';
import { SCHEMA_FILE, tokensOf } from './components';
import { billingOperation, titleOf } from './document';
import { inline, quotedName } from './markdown';
import { type Operation, operationsOf } from './operations';

/** `/llms.txt` of a protected API, in the form of https://llmstxt.org. Links are relative to it, as no host is known. */
export function llmsText(facts: ApiFacts): string {
  const operations = operationsOf(facts.methods());
  const parts = [
    `# ${inline(titleOf(facts))}`,
    `> ${inline(summary(facts))}`,
    'Paths are relative to the folder that this file is in. Names in quotes were given by whoever runs the API.',
    access(facts),
    REFUSALS,
    paragraph('Plans', facts.plans.map(planLine)),
    paragraph('Top-ups, which are bought beside a plan', facts.topUps.map(topUpLine)),
    paragraph(
      'Routes',
      operations.flatMap((operation) => routeLine(facts, operation)),
    ),
    paragraph(
      'Billing routes, which spend nothing',
      operations.flatMap((operation) => billingLine(facts, operation)),
    ),
    `## Documents\n\n${documents(facts).join('\n')}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function summary({ api, options }: ApiFacts): string {
  return (
    options.description ||
    resourceOf(api.api)?.description ||
    'A paid HTTP API: calls spend units of a plan, and more can be bought.'
  );
}

function paragraph(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}:\n\n${lines.join('\n')}`;
}

function access({ entry: { billingPath }, signUp, defaultPlan, identities }: ApiFacts): string {
  const tokens = tokensOf(identities);
  const issuers = tokens.map((token) => inline('userPool' in token ? `user pool ${token.userPool}` : token.issuer));
  return paragraph('Access', [
    ...signUpLines(signUp, billingPath, defaultPlan),
    ...(identities.includes('apiKeys')
      ? ['- Send the key with each call: `x-api-key: <key>`, or `Authorization: Bearer <key>`; never in the URL.']
      : []),
    ...(issuers.length > 0
      ? [
          `- ${identities.includes('apiKeys') ? 'Or send' : 'Send'} a token with each call: \`Authorization: Bearer <JWT>\`, of ${issuers.join(', or ')}.`,
        ]
      : []),
    `- What is left: \`GET ${billingPath}/usage\`, which spends nothing; and the header \`RateLimit\` where answers have it.`,
  ]);
}

function signUpLines(signUp: ApiFacts['signUp'], billingPath: string, defaultPlan: string): string[] {
  switch (signUp) {
    case 'byToken':
      return [];
    case 'closed':
      return ['- Keys are issued by whoever runs the API.'];
    default:
      return [
        ...(signUp === 'open' ? [`- A key at once: \`POST ${billingPath}/sign-up\` answers with \`apiKey\`.`] : []),
        `- A key by a checkout: \`POST ${billingPath}/checkout\` with \`{"plan": "${defaultPlan}"}\`, have a person open the ` +
          '`url` in the answer, then `GET` its `welcomeUrl` with the header `X-Checkout-Claim: <claim>` for `apiKey`, shown once.',
      ];
  }
}

const REFUSALS = paragraph(
  'When a call is refused, the body is a problem document (RFC 9457), and the call was not served',
  [
    '- 401: send a key that is valid.',
    '- 402: it has to be paid for. `reason` says why (`quota_exhausted`, `payment_failed`, `route_not_in_plan`, ' +
      '`usage_plan_quota_exceeded`), `detail` what to do, `cost` and `remaining` are in units, and `resetsAt` is when units ' +
      'come back. `recommendation.action` is the one thing that helps best: `wait` until `recommendation.until`, or have a ' +
      'person open `recommendation.url`, which is `checkoutUrl` too, to `top_up`, `upgrade` or `fix_card`. Then send the call again.',
    '- 403: the account is suspended; paying does not lift it.',
    '- 429: calls come too fast; wait `Retry-After` seconds.',
    '- 503: try again after `Retry-After` seconds; nothing was spent.',
  ],
);

function planLine({ id, name, quota, price, trialDays }: PlanEntry): string {
  const trial = trialDays === undefined ? '' : `, the first ${trialDays} days free`;
  return `- Plan ${quotedName(name)} (\`${id}\`): ${quotaText(quota)}; ${priceText(price)}${trial}.`;
}

function topUpLine({ id, name, units, price }: TopUpEntry): string {
  return `- Top-up ${quotedName(name)} (\`${id}\`): ${amountText(units)} units; ${priceText(price)}.`;
}

function quotaText({ units, period, timeZone }: QuotaEntry): string {
  if (units === undefined) {
    return 'no limit';
  }
  const windows = { day: 'a day', week: 'a week', month: 'a month', billing: 'a billing period', once: 'once' };
  const zone = timeZone === undefined ? '' : ` (${inline(timeZone)})`;
  return `${amountText(units)} units ${windows[period as keyof typeof windows]}${zone}`;
}

function amountText(amount: number): string {
  return Token.isUnresolved(amount) ? Token.asString(amount) : amount.toLocaleString('en-US');
}

function priceText(price: PriceEntry | undefined): string {
  if (price === undefined) {
    return 'free';
  }
  const { amount, currency, interval } = price;
  if (amount === undefined || currency === undefined) {
    return 'its price is shown at checkout';
  }
  const often = interval === undefined ? '' : ` a ${interval}`;
  return `${money(amount, currency)}${often}`;
}

/** In the currency's minor unit where that is not known to be a hundredth. */
function money(amount: number, currency: string): string {
  const isKnown = !Token.isUnresolved(amount) && !Token.isUnresolved(currency);
  const digits = isKnown && new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return digits && digits.maximumFractionDigits === 2
    ? `${(amount / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })} ${currency.toUpperCase()}`
    : `${amountText(amount)} in the minor unit of ${inline(isKnown ? currency.toUpperCase() : currency)}`;
}

function routeLine(facts: ApiFacts, { access, httpMethod, resourcePath, path }: Operation): string[] {
  if (access === 'open') {
    return [`- \`${httpMethod} ${path}\`: free, without a key.`];
  }
  if (access !== 'protected') {
    return [];
  }
  const terms = termsOf(facts, httpMethod, resourcePath);
  const plans =
    terms.plans === undefined ? '' : `; in the plans ${terms.plans.map((plan) => `\`${plan}\``).join(', ')}`;
  return [`- \`${httpMethod} ${path}\`: ${costText(terms)}${plans}.`];
}

function documents({ entry: { billingPath }, billing }: ApiFacts): string[] {
  return [
    '- [OpenAPI](openapi.json): every route, what it takes, and what it costs',
    `- [Plans](${billingPath}/plans): what is sold, as JSON`,
    `- [Schema of a 402](${billingPath}/${SCHEMA_FILE}): JSON Schema of its body`,
    ...(billing.getResource('mcp')
      ? [`- [MCP](${billingPath}/mcp): a server of the Model Context Protocol, by POST`]
      : []),
  ];
}

const KEY = { required: '; with the key', optional: '; with the key, if there is one' };

function billingLine(facts: ApiFacts, operation: Operation): string[] {
  const billing = billingOperation(facts, operation);
  const key = billing?.key === undefined ? '' : KEY[billing.key];
  return billing === undefined
    ? []
    : [`- \`${operation.httpMethod} ${operation.path.slice(1)}\`: ${billing.summary}${key}.`];
}
