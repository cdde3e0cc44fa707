import type { APIGatewayProxyResult } from 'aws-lambda';
import { offersOf } from '../../customer/offers';
import type { Usage } from '../../customer/usage';
import { recommend } from '../../domain/recommendation';
import { everyDay } from '../../page/chart';
import { customerPage } from '../../page/customer-page';
import type { Action } from '../../page/forms';
import { TEXTS } from '../../page/texts';
import type { AccountView, PageView, ShownKey, Tried, UsageDay } from '../../page/view';
import { listKeys } from '../keys';
import type { BillingDependencies, BillingRequest } from '../request';
import { showUsage } from '../usage';
import { answered, askAs } from './ask';
import { brandOf } from './brand';
import { endCookie, hasCookie, newKeyOf, type Visitor } from './session';

/** Days that the page draws. */
const DAYS = 30;

export interface Shown extends Pick<PageView, 'notice' | 'signInFault' | 'path'> {
  /** @default 200 */
  readonly status?: number;
  readonly tried?: Tried;
  readonly cookies?: readonly string[];
}

/** The page, as it is for whoever is signed in, or for everybody. */
export async function show(
  visitor: Visitor | undefined,
  { status = 200, tried, cookies = [], ...rest }: Shown,
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const { page, catalogue, billing, newClaim } = dependencies;
  const { billingUrl, api } = request;
  const view: PageView = {
    ...rest,
    brand: brandOf(request, dependencies),
    api: page?.apis.find(({ apiId }) => apiId === api.apiId) ?? { tryable: [] },
    action: new URL(billingUrl).pathname,
    baseUrl: billingUrl.slice(0, -api.billingPath.length - 1),
    catalogue,
    offers: offersOf(catalogue),
    billing,
    once: newClaim(),
    account: visitor && (await accountOf(visitor, tried, request, dependencies)),
  };
  // What is shown this once is not there for the next page, nor is what is good for nothing.
  const shownNow = hasCookie('new_key', request) ? [endCookie('new_key', request)] : [];
  const over = visitor === undefined && hasCookie('session', request) ? [endCookie('session', request)] : [];
  return customerPage(view, status, [...cookies, ...shownNow, ...over]);
}

/** The page with why it was not done, in words of its own. */
export function refused(
  visitor: Visitor | undefined,
  action: Action,
  { statusCode }: Pick<APIGatewayProxyResult, 'statusCode'>,
  request: BillingRequest,
  dependencies: BillingDependencies,
  path?: string,
): Promise<APIGatewayProxyResult> {
  const text = TEXTS.refusals[`${action} ${statusCode}`] ?? TEXTS.notices.failed;
  return show(visitor, { status: statusCode, notice: { tone: 'bad', text }, path }, request, dependencies);
}

async function accountOf(
  visitor: Visitor,
  tried: Tried | undefined,
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<AccountView> {
  const { apiKey, token, caller } = visitor;
  const { clock, catalogue, store } = dependencies;
  const [usage, keys, account] = await Promise.all([
    showUsage(askAs(request, { apiKey, query: { days: String(DAYS) } }), dependencies),
    listKeys(askAs(request, { apiKey }), dependencies),
    store.account(caller.customer),
  ]);
  const { balance } = caller;
  const now = clock();
  const shown = answered<Usage & { history?: readonly UsageDay[] }>(usage);
  const isExhausted = shown.remaining === 0 && shown.standing === 'active';
  return {
    token,
    usage: { ...shown, history: shown.history && everyDay(shown.history, DAYS, now) },
    isRefused: balance.standing === 'grace' && now >= (balance.graceEndsAt ?? 0),
    keys: answered<{ keys: readonly ShownKey[] }>(keys).keys,
    recommendation: isExhausted
      ? recommend(catalogue, { reason: 'quota_exhausted', balance, cost: 1, now })
      : undefined,
    newKey: newKeyOf(request, visitor, now),
    hasBought: account.stripeCustomer !== undefined,
    tried,
  };
}
