import type { ApiEntry, Catalogue, ResumeEntry } from '../../lib/private/catalogue';
import { type ApiAnswer, type ApiCall, type ApiCaller, LostAnswerError, paymentRequiredOf } from './api-call';
import { type Balance, findPlan } from './balance';
import { explain, type PaymentReason } from './charge';
import type { Clock, EpochSeconds } from './clock';
import {
  isTokenOf,
  type KeptRequest,
  openRequest,
  parseRequestToken,
  type RequestToken,
  requestId,
  sealRequest,
} from './kept-request';
import { type PaymentRequired, paymentRequired } from './payment-required';
import { type RouteTerms, termsOf } from './route-of-path';

/** Requests that a customer may have kept in an hour by the clock: each is written once more when it is run. */
export const KEPT_PER_HOUR = 120;

const HOUR = 3_600;

/** Seconds for which is told of a request that it has expired, or was used, after its end. */
const REMEMBERED = 86_400;

/**
 * - `waiting`: it would still be refused.
 * - `paid`: it would be served now.
 * - `used`: it was run, or whoever ran it never told what came of it.
 * - `expired`: nobody has run it in time.
 */
export type RequestStatus = 'waiting' | 'paid' | 'used' | 'expired';

export interface KeptRequestStore {
  /** Counts one more of the customer's in an hour, unless there are `limit` already; until `forgetAt` it is found by him. */
  count(
    request: Pick<KeptRequest, 'customer' | 'id'>,
    hour: number,
    limit: number,
    forgetAt: EpochSeconds,
  ): Promise<boolean>;
  /** Keeps a request until `forgetAt`. */
  keep(request: KeptRequest, forgetAt: EpochSeconds): Promise<void>;
  find(id: string): Promise<KeptRequest | undefined>;
  /** Marks it as used by a run, in one conditional write; false where another has done so. */
  claim(id: string, run: string): Promise<boolean>;
  /** Takes the mark of a run away. */
  release(id: string, run: string): Promise<void>;
  /** Forgets what was sealed, since the run is over. */
  forget(id: string, run: string): Promise<void>;
}

/** What keeps requests. */
export interface Resuming {
  readonly requests: KeptRequestStore;
  readonly resume: ResumeEntry;
  /** `REQUEST_SECRET_BYTES` of them, random. */
  readonly newRequestSecret: () => Uint8Array;
  /** Ids of runs, no two of them the same. */
  readonly newId: () => string;
}

export interface ResumeDependencies extends Resuming {
  readonly catalogue: Catalogue;
  readonly clock: Clock;
}

/** Who has a request kept or run, where. */
export interface Resumer {
  readonly customer: string;
  readonly balance: Balance;
  readonly api: ApiEntry;
  /** The URL of the billing routes, without a slash at its end. */
  readonly billingUrl: string;
  readonly requestId: string;
}

export type Keeping =
  | { readonly kind: 'kept'; readonly token: string; readonly expiresAt: EpochSeconds }
  | { readonly kind: 'too_large'; readonly most: number }
  /** Seconds until the next hour begins. */
  | { readonly kind: 'too_many'; readonly retryAfter: number };

/** Keeps a call that was refused, under a token that its customer, and nobody else, can run it with once. */
export async function keepRequest(
  call: ApiCall,
  { customer, balance, api }: Resumer,
  { requests, resume, clock, newRequestSecret }: ResumeDependencies,
): Promise<Keeping> {
  if ((call.body?.length ?? 0) > resume.maxBytes) {
    return { kind: 'too_large', most: resume.maxBytes };
  }
  const now = clock();
  const hour = Math.floor(now / HOUR);
  const expiresAt = now + resume.lifetime;
  const secret = newRequestSecret();
  const forgetAt = Math.max(expiresAt + REMEMBERED, (hour + 2) * HOUR);
  if (!(await requests.count({ customer, id: requestId(secret) }, hour, KEPT_PER_HOUR, forgetAt))) {
    return { kind: 'too_many', retryAfter: (hour + 1) * HOUR - now };
  }
  const sealing = { secret, expiresAt, linkSecret: balance.linkSecret };
  const { token, kept } = sealRequest(call, { customer, apiId: api.apiId }, sealing);
  await requests.keep(kept, expiresAt + REMEMBERED);
  return { kind: 'kept', token, expiresAt };
}

/** What would be answered to a call now, as far as the balance tells; nothing where it would be served. */
export function refusalOf(
  call: Pick<ApiCall, 'method' | 'path'>,
  resumer: Resumer,
  dependencies: Pick<ResumeDependencies, 'catalogue' | 'clock'>,
): PaymentRequired | undefined {
  const { customer, balance, api, billingUrl, requestId } = resumer;
  const { catalogue } = dependencies;
  const now = dependencies.clock();
  const terms = termsOf(api, call.method, call.path.split('?')[0] ?? '');
  const reason = reasonOf(customer, balance, terms, catalogue, now);
  return reason === undefined
    ? undefined
    : paymentRequired(catalogue, { customer, reason, balance, ...terms, requestId, billingUrl, now }).body;
}

function reasonOf(
  customer: string,
  balance: Balance,
  terms: RouteTerms,
  catalogue: Catalogue,
  now: EpochSeconds,
): PaymentReason | undefined {
  // He has been identified, by whatever he has shown.
  const refusal = explain(balance, { customer, credential: 'token', ...terms }, now);
  if (refusal?.kind !== 'payment_required') {
    return undefined;
  }
  const hasNoLimit = findPlan(catalogue, balance.plan).quota.units === undefined;
  return refusal.reason === 'quota_exhausted' && hasNoLimit ? undefined : refusal.reason;
}

export type FoundRequest =
  | { readonly status: 'used' | 'expired'; readonly expiresAt: EpochSeconds }
  | { readonly status: 'paid'; readonly expiresAt: EpochSeconds }
  | { readonly status: 'waiting'; readonly expiresAt: EpochSeconds; readonly refusal: PaymentRequired };

/** How it stands with a request; nothing where there is none of that token that is the customer's. */
export async function requestStatus(
  text: string,
  resumer: Resumer,
  dependencies: ResumeDependencies,
): Promise<FoundRequest | undefined> {
  const found = await find(text, resumer, dependencies);
  if (found === undefined || 'over' in found) {
    return found && { status: found.over, expiresAt: found.expiresAt };
  }
  const { expiresAt } = found.token;
  const refusal = refusalOf(found.call, resumer, dependencies);
  return refusal === undefined ? { status: 'paid', expiresAt } : { status: 'waiting', expiresAt, refusal };
}

export type Resumption =
  | { readonly kind: 'unknown' | 'used' | 'expired' | 'suspended' }
  /** What the API has answered; the request is used. */
  | { readonly kind: 'answered'; readonly answer: ApiAnswer }
  /** The API has refused it again until it is paid for; it is kept as before. */
  | { readonly kind: 'refused'; readonly answer: ApiAnswer; readonly refusal: PaymentRequired }
  /** It was sent, and whether it was carried out is not known; the request is used. */
  | { readonly kind: 'lost' };

/** Runs a request: at most once, whoever else runs it at the same time, and whatever becomes of the answer. */
export async function resumeRequest(
  text: string,
  resumer: Resumer,
  caller: ApiCaller,
  dependencies: ResumeDependencies,
): Promise<Resumption> {
  const found = await find(text, resumer, dependencies);
  if (found === undefined || 'over' in found) {
    return { kind: found?.over ?? 'unknown' };
  }
  if (resumer.balance.standing === 'suspended') {
    return { kind: 'suspended' };
  }
  const { requests, newId } = dependencies;
  const [{ id }, run] = [found.kept, newId()];
  if (!(await requests.claim(id, run))) {
    return { kind: 'used' };
  }
  const outcome = await runOnce(found.call, resumer, caller);
  if (outcome.kind === 'refused') {
    await requests.release(id, run);
  } else {
    await requests.forget(id, run);
  }
  return outcome;
}

async function runOnce(call: ApiCall, { billingUrl }: Resumer, caller: ApiCaller): Promise<Resumption> {
  try {
    const answer = await caller.call(call);
    const refusal = paymentRequiredOf(answer, billingUrl);
    return refusal === undefined ? { kind: 'answered', answer } : { kind: 'refused', answer, refusal };
  } catch (error) {
    if (error instanceof LostAnswerError) {
      return { kind: 'lost' };
    }
    throw error;
  }
}

async function find(
  text: string,
  { customer, balance, api }: Resumer,
  { requests, clock }: ResumeDependencies,
): Promise<
  | { readonly over: 'used' | 'expired'; readonly expiresAt: EpochSeconds }
  | { readonly kept: KeptRequest; readonly token: RequestToken; readonly call: ApiCall }
  | undefined
> {
  const token = parseRequestToken(text);
  const kept = token && (await requests.find(requestId(token.secret)));
  if (token === undefined || kept === undefined || !isTokenOf(kept, text, { customer, apiId: api.apiId })) {
    return undefined;
  }
  if (kept.used) {
    return { over: 'used', expiresAt: kept.expiresAt };
  }
  if (clock() >= token.expiresAt) {
    return { over: 'expired', expiresAt: kept.expiresAt };
  }
  const call = openRequest(kept, token, balance.linkSecret);
  return call && { kept, token, call };
}
