import { createHash } from 'node:crypto';
import type { APIGatewayProxyResult } from 'aws-lambda';
import type { PageEntry } from '../../lib/private/page-entry';
import { Html, html } from './html';
import { SCRIPT } from './script';
import { styleOf } from './style';
import { TEXTS } from './texts';

/** Whose page it is. */
export interface Brand extends Pick<PageEntry, 'logoUrl' | 'accent' | 'links'> {
  readonly name: string;
  /** Where the customer's page is; absent where there is none. */
  readonly home?: string;
  /** Whether the page is the local gateway's, where no money is real. */
  readonly isLocal?: boolean;
}

/** For pages of whoever has no brand. */
export const NO_BRAND: Brand = { name: '', links: [] };

export interface Page {
  readonly status: number;
  readonly title: string;
  /** What stands in `main`, with the element itself. */
  readonly body: Html;
  readonly brand: Brand;
  /** What stands at the right of the top. */
  readonly corner?: Html;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  /** Whether the page's script is in it. */
  readonly scripted?: boolean;
}

/**
 * An HTML page. It loads nothing from elsewhere, its one style sheet and its one script are admitted by their hashes, and its forms go to
 * its own origin alone: where a form leads on to Stripe, that is a page of its own (`leadOn`).
 */
export function pageAnswer({
  status,
  title,
  body,
  brand,
  corner,
  headers,
  cookies,
  scripted,
}: Page): APIGatewayProxyResult {
  const style = styleOf(brand);
  const document = html`<!doctype html>
<html lang="${TEXTS.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="${brand.logoUrl ?? 'data:,'}">
<title>${brand.name === '' ? title : `${title} – ${brand.name}`}</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#main">${TEXTS.skip}</a>
${top(brand, corner)}
${body}
${brand.links.length === 0 ? undefined : html`<footer class="foot">${brand.links.map(({ text, url }) => html`<a href="${url}">${text}</a>`)}</footer>`}
${scripted ? html`<p id="said" role="status" class="skip"></p><script>${new Html(SCRIPT)}</script>` : undefined}
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    `style-src ${hashOf(style)}`,
    ...(scripted ? [`script-src ${hashOf(SCRIPT)}`, "connect-src 'self'"] : []),
    `img-src data:${brand.logoUrl?.startsWith('/') ? " 'self'" : ''}`,
  ];
  return {
    statusCode: status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': policy.join('; '),
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
    ...(cookies !== undefined && cookies.length > 0 && { multiValueHeaders: { 'Set-Cookie': [...cookies] } }),
    body: document.text,
  };
}

/**
 * A page that leads on by itself: to Stripe, from a form, which the policy holds to this origin; or from Stripe to our own page, which
 * gets no cookie of the session as long as another site leads there.
 */
export function leadOn(url: string, brand: Brand, text: string, cookies?: readonly string[]): APIGatewayProxyResult {
  const body = html`<main id="main" class="narrow"><div class="notice card"><h1>${text}</h1>
<p><a href="${url}">${TEXTS.goOn}</a></p></div></main>`;
  return pageAnswer({ status: 200, title: text, body, brand, headers: { Refresh: `0; url=${url}` }, cookies });
}

function top(brand: Brand, corner: Html | undefined): Html | undefined {
  const { name, isLocal } = brand;
  const local = isLocal
    ? html`<p class="banner"><strong>${TEXTS.local.heading}</strong> ${TEXTS.local.text}</p>`
    : undefined;
  const bar = name === '' ? undefined : html`<div class="bar">${sign(brand)}${corner}</div>`;
  return local === undefined && bar === undefined ? undefined : html`<header>${local}${bar}</header>`;
}

function sign({ name, logoUrl, home }: Brand): Html {
  const logo = logoUrl === undefined ? undefined : html`<img src="${logoUrl}" alt="">`;
  return home === undefined
    ? html`<span class="brand">${logo}${name}</span>`
    : html`<a class="brand" href="${home}">${logo}${name}</a>`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
