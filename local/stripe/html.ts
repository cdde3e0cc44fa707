import { Html, html } from '../html';
import { StripeApiError } from './errors';
import type { HttpAnswer } from './http';
import { STYLES } from './styles';

export { Html, html };

export interface Page {
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
}

export function page({ title, body, status = 200 }: Page): HttpAnswer {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${new Html(STYLES)}</style>
</head>
<body>
<header class="banner"><strong>Local stand-in for Stripe:</strong> no real money</header>
${body}
</body>
</html>
`;
  return { status, headers: PAGE_HEADERS, body: document.text };
}

/** A page that only says something. */
export function notice(title: string, text: string | Html, status?: number): HttpAnswer {
  const body = html`<main class="notice card"><h1>${title}</h1><p>${text}</p></main>`;
  return page({ title, body, status });
}

/** For a page whose form was not filled in by the page itself. */
export function orNotice(answer: () => HttpAnswer): HttpAnswer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof StripeApiError) {
      return notice('That did not work', error.message, error.status);
    }
    throw error;
  }
}

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // No scripts, and no form-action: browsers hold that against the redirect to the shop as well.
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
