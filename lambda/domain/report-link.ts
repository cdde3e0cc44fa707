import type { EpochSeconds } from './clock';
import { isLinkGenuine, signLink } from './link-signature';
import type { ChargedCall } from './settlement';

/** Seconds for which a backend may report what a call took: work that is done in the background included. */
export const REPORT_LIFETIME = 86_400;

/** The most units that one call can be reported to have taken. */
export const MAX_REPORTED_UNITS = 10 ** 9;

/** What a report link says; whether it is genuine only the customer's `linkSecret` can tell. */
export interface ReportToken {
  readonly call: ChargedCall;
  readonly expiresAt: EpochSeconds;
  readonly signature: string;
}

/**
 * The token of a link by which a backend tells, once, what a call took. The backend gets it with the call, and it holds for that call
 * alone: so a backend needs no credential, and one that is broken into can charge for nothing but the calls that it is sent.
 */
export function signReportToken(call: ChargedCall, expiresAt: EpochSeconds, linkSecret: Uint8Array): string {
  const parts = partsOf(call, expiresAt);
  return [...parts, signLink('report', parts, linkSecret)].join('.');
}

/** Reads a token; nothing where the text is none. */
export function parseReportToken(text: string): ReportToken | undefined {
  const pattern =
    /^(\w{1,64})\.([\w-]{1,64})\.([0-9a-z]{1,9})\.([0-9a-z]{1,9})\.([0-9a-z]{1,9})\.([0-9a-z]{1,9})(?:\.([0-9a-z]{4}))?\.([\w-]{22})$/;
  const [, customer, chargeId, units, bought, period, expiry, route, signature] = pattern.exec(text) ?? [];
  if (customer === undefined || chargeId === undefined || signature === undefined) {
    return undefined;
  }
  const number = (digits: string | undefined) => Number.parseInt(digits ?? '', 36);
  const charged = number(units);
  // Links that were made before routes were named in them are good for a day.
  const counted = route === undefined ? undefined : { route, units: charged };
  return {
    call: { customer, chargeId, charged, bought: number(bought), period: number(period), ...(counted && { counted }) },
    expiresAt: number(expiry),
    signature,
  };
}

/** Whether a token is of a call that the customer made; its expiry is the caller's to check. */
export function isReportGenuine({ call, expiresAt, signature }: ReportToken, linkSecret: Uint8Array): boolean {
  return isLinkGenuine('report', partsOf(call, expiresAt), signature, linkSecret);
}

function partsOf(call: ChargedCall, expiresAt: EpochSeconds): string[] {
  const { customer, chargeId, charged, bought, period, counted } = call;
  const numbers = [charged, bought, period, expiresAt].map((value) => value.toString(36));
  return [customer, chargeId, ...numbers, ...(counted === undefined ? [] : [counted.route])];
}
