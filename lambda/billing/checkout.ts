import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Catalogue } from '../../lib/private/catalogue';
import { apiKeyOf, header, json, problem } from '../adapters/api-gateway';
import type { IdentifiedCustomer } from '../customer/identify';
import { alreadyOn, notSold, openCheckout, sellTo } from '../customer/sell';
import { customerIdOf } from '../domain/api-key';
import { asOf, type Balance } from '../domain/balance';
import { hashClaim } from '../domain/checkout-claim';
import { isGenuine, parseCheckoutToken } from '../domain/checkout-link';
import type { EpochSeconds } from '../domain/clock';
import { findOffer, type Offer } from '../domain/offer';
import { recommend } from '../domain/recommendation';
import { bodyText, jsonBody } from './body';
import { claimCookie } from './claims';
import { identify, unauthorized } from './identify';
import type { BillingDependencies, BillingRequest } from './request';
import { suspended } from './suspended';

const CLOSED =
  'New accounts are opened by whoever runs this API: ask there for a key. ' +
  'Who has one sends it as x-api-key, or as Authorization: Bearer, and buys with it.';

/** `POST checkout`: a checkout for a new customer, or, with a key or a token, for the one whose it is. */
export async function startCheckout(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const wanted = readWanted(request);
  const offer = wanted && findOffer(dependencies.catalogue, wanted);
  if (offer === undefined) {
    return problem(400, 'Bad Request', notSold(dependencies.catalogue), request.requestId);
  }
  const caller = await identify(request, dependencies);
  if (caller === undefined && apiKeyOf(request.event) !== undefined) {
    return unauthorized(request, dependencies);
  }
  if (caller === undefined && offer.kind === 'topUp') {
    const reason = 'A top-up is added to a balance: say whose, or start on a plan.';
    return unauthorized(request, dependencies, reason);
  }
  if (caller !== undefined) {
    return sellToCustomer(caller, offer, request, dependencies);
  }
  switch (dependencies.billing.signUp.kind) {
    case 'closed':
      return problem(403, 'Forbidden', CLOSED, request.requestId);
    case 'byToken':
      return unauthorized(request, dependencies, 'Whoever buys here is known by a token.');
    default:
      return sellToNewcomer(offer, request, dependencies);
  }
}

async function sellToCustomer(
  caller: IdentifiedCustomer,
  offer: Offer,
  { requestId, billingUrl }: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const sale = await sellTo(caller, offer, billingUrl, dependencies);
  switch (sale.kind) {
    case 'suspended':
      return suspended('Nothing is sold to it', requestId);
    case 'conflict':
      return problem(409, 'Conflict', sale.detail, requestId);
    case 'opened': {
      const { url, expiresAt } = sale.checkout;
      return json(201, { url, expiresAt }, { Location: url });
    }
  }
}

/** Whoever comes back from this checkout with the claim is shown the key. */
async function sellToNewcomer(
  offer: Offer,
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const claim = dependencies.newClaim();
  const started = { customer: customerIdOf(claim), offer, claim: hashClaim(claim) };
  const { id, url, expiresAt } = await openCheckout(started, request.billingUrl, dependencies);
  const welcomeUrl = `${request.billingUrl}/welcome?session_id=${id}`;
  return json(201, { url, expiresAt, claim, welcomeUrl }, { Location: url, 'Set-Cookie': claimCookie(claim, request) });
}

/** `GET checkout/{token}`: the link in a 402. It leads its holder to pay for one customer, and shows nothing of him. */
export async function followLink(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const { store, catalogue, clock, checkout } = dependencies;
  const token = parseCheckoutToken(request.event.pathParameters?.token ?? '');
  const balance = token && (await store.balance(token.customer));
  if (token === undefined || balance === undefined || !isGenuine(token, balance.linkSecret)) {
    return problem(
      404,
      'Not Found',
      'This link leads nowhere. Call the API again and follow the new one.',
      request.requestId,
    );
  }
  if (clock() >= token.expiresAt) {
    return problem(410, 'Gone', 'This link has expired. Call the API again and follow the new one.', request.requestId);
  }
  if (balance.standing === 'suspended') {
    return suspended('Nothing is sold to it', request.requestId);
  }
  const { plan, topUp } = request.event.queryStringParameters ?? {};
  const named = plan !== undefined || topUp !== undefined;
  if (!named) {
    const { subscription } = await store.account(token.customer);
    const invoice = subscription && (await checkout.openInvoiceUrl(subscription));
    if (invoice !== undefined) {
      return redirect(invoice);
    }
  }
  const present = asOf(balance, catalogue, clock());
  const offer = named ? findOffer(catalogue, { plan, topUp }) : forOneUnit(catalogue, present, clock());
  const conflict = offer && alreadyOn(present, offer);
  if (offer === undefined || conflict !== undefined) {
    const detail = conflict ?? 'What this link sells is sold no more. Call the API again and follow the new one.';
    return problem(409, 'Conflict', detail, request.requestId);
  }
  return redirect((await openCheckout({ customer: token.customer, offer }, request.billingUrl, dependencies)).url);
}

/** What a link sells that led to an invoice which is paid by now. */
function forOneUnit(catalogue: Catalogue, balance: Balance, now: EpochSeconds): Offer | undefined {
  return recommend(catalogue, { reason: 'quota_exhausted', balance, cost: 1, now }).offer;
}

/** Reads `{"plan": "pro"}` or `plan=pro`, as a form sends it. */
function readWanted(request: BillingRequest): { plan?: string; topUp?: string } | undefined {
  const isForm = header(request.event, 'content-type')?.startsWith('application/x-www-form-urlencoded');
  return isForm ? Object.fromEntries(new URLSearchParams(bodyText(request))) : jsonBody(request);
}

/** 303: whatever method led here, the next one is GET. */
function redirect(url: string): APIGatewayProxyResult {
  return { statusCode: 303, headers: { Location: url, 'Cache-Control': 'no-store' }, body: '' };
}
