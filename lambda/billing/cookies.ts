import { headerValues } from '../adapters/api-gateway';
import type { BillingRequest } from './request';

export interface CookieOptions {
  /** Seconds; 0 takes it away. */
  readonly maxAge: number;
  readonly sameSite: 'Lax' | 'Strict';
}

/** The values of a cookie that a request shows: proxies may have made several headers of one. */
export function cookieValues({ event }: Pick<BillingRequest, 'event'>, name: string): string[] {
  const cookies = headerValues(event, 'cookie').flatMap((line) => line.split(';'));
  return cookies.flatMap((cookie) => {
    const [key = '', value = ''] = cookie.trim().split('=');
    return key === name ? [value] : [];
  });
}

/** A cookie of the billing path alone, out of reach of scripts, and never sent in clear over a network. */
export function cookie(name: string, value: string, { billingUrl }: BillingRequest, options: CookieOptions): string {
  const { protocol, pathname } = new URL(billingUrl);
  const secure = protocol === 'https:' ? '; Secure' : '';
  return `${name}=${value}; Max-Age=${options.maxAge}; Path=${pathname}; HttpOnly; SameSite=${options.sameSite}${secure}`;
}
