import { createHash } from 'node:crypto';
import type { APIGatewayProxyResult } from 'aws-lambda';

const STYLE = `
:root { color-scheme: light dark; --ink: #16181d; --soft: #5b6270; --paper: #fff; --ground: #f4f5f7; --line: #dfe2e7; --accent: #2f5bea; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eceef2; --soft: #9aa2b1; --paper: #1b1e24; --ground: #121419; --line: #31363f; --accent: #8ea8ff; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 36rem; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
main > :last-child { margin-bottom: 0; }
.soft { color: var(--soft); }
code, pre { font: .9rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { margin: 0 0 1rem; padding: .75rem 1rem; background: var(--ground); border: 1px solid var(--line); border-radius: .5rem;
  white-space: pre-wrap; user-select: all; }
`;

/** The page runs no script and loads nothing; its one style sheet is admitted by its hash. */
const POLICY =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** An HTML page; `body` is HTML, of which every value went through `escapeHtml`. */
export function page(
  statusCode: number,
  title: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyResult {
  return {
    statusCode,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': POLICY,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body><main>${body}</main></body>
</html>
`,
  };
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
