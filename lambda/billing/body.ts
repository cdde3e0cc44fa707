import type { BillingRequest } from './request';

export function bodyText({ event }: BillingRequest): string {
  return Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString();
}

/** The JSON object that a request's body is; nothing where it is none. */
export function jsonBody(request: BillingRequest): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(bodyText(request));
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : undefined;
  } catch {
    return undefined;
  }
}
