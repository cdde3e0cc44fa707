import { number } from './format';
import { form } from './forms';
import { type Html, html } from './html';
import { TEXTS } from './texts';
import type { PageView, Tried } from './view';

/** Of an answer, in bytes of its body. */
export const SHOWN_BYTES = 4_096;

/** How to call the API, in the languages that are asked for most. */
export function callingSection(view: PageView): Html {
  const texts = TEXTS.calling;
  const byToken = view.billing.signUp.kind === 'byToken';
  const samples = samplesOf(`${view.baseUrl}${exampleOf(view)}`, byToken);
  return html`<section class="card${view.account === undefined ? ' wide' : ''}" id="call" aria-labelledby="call-h">
<h2 id="call-h">${texts.heading}</h2>
<p class="soft">${byToken ? texts.token : texts.text}</p>
${samples.map(
  ({ name, code }, index) =>
    html`<details${index === 0 ? html` open` : undefined}><summary>${name}</summary>
<pre tabindex="0" role="group" aria-label="${name}"><code>${code}</code></pre></details>`,
)}
<p class="soft">${texts.refused}</p>
</section>`;
}

/** Sends a GET with the session's key, and shows what comes of it. */
export function trySection(view: PageView, tried: Tried | undefined): Html {
  const texts = TEXTS.tryIt;
  const { tryable } = view.api;
  const field = html`<div><label for="path">${texts.label}</label>
<input id="path" name="path" value="${tried?.path ?? view.path ?? exampleOf(view)}" list="paths" required autocomplete="off" spellcheck="false"></div>
<button>${texts.button}</button>`;
  return html`<section class="card" id="try" aria-labelledby="try-h">
<h2 id="try-h">${texts.heading}</h2>
<p class="soft">${texts.text}</p>
${form(view, 'try', field, { id: 'try-form', className: 'inline' })}
<datalist id="paths">${tryable.map((route) => html`<option value="${exampleFor(route)}"></option>`)}</datalist>
${tried === undefined ? undefined : answerOf(tried)}
</section>`;
}

function answerOf({ status, headers, body, truncated }: Tried): Html {
  const texts = TEXTS.tryIt;
  const told = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const isCut = truncated || body.length > SHOWN_BYTES;
  return html`<h3>${texts.answer} <span class="status ${status < 400 ? 'good' : 'bad'}">${status}</span></h3>
<pre class="answer" id="answer" tabindex="0" role="group" aria-label="${texts.answer}"><code>${told.join('\n')}\n\n${bodyText(body)}</code></pre>
${isCut ? html`<p class="soft">${texts.cut}</p>` : undefined}`;
}

function bodyText(body: Uint8Array): string {
  if (body.length === 0) {
    return TEXTS.tryIt.empty;
  }
  const text = Buffer.from(body.subarray(0, SHOWN_BYTES)).toString();
  // At its end a character may have been cut in two.
  if (text.slice(0, -3).includes('\uFFFD') || text.includes('\u0000')) {
    return TEXTS.tryIt.binary(number(body.length));
  }
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function samplesOf(url: string, byToken: boolean): { readonly name: string; readonly code: string }[] {
  const { languages, keyPlaceholder, tokenPlaceholder } = TEXTS.calling;
  const [name, value] = byToken ? ['Authorization', `Bearer ${tokenPlaceholder}`] : ['x-api-key', keyPlaceholder];
  return [
    { name: languages.curl, code: `curl -H '${name}: ${value}' \\\n  '${url.replaceAll("'", '%27')}'` },
    {
      name: languages.fetch,
      code: `const response = await fetch(${JSON.stringify(url)}, {
  headers: { ${JSON.stringify(name)}: ${JSON.stringify(value)} },
});
if (response.status === 402) {
  const { checkoutUrl } = await response.json();
  throw new Error(\`pay at \${checkoutUrl}\`);
}
console.log(await response.json());`,
    },
    {
      name: languages.python,
      code: `import requests

response = requests.get(
    ${JSON.stringify(url)},
    headers={${JSON.stringify(name)}: ${JSON.stringify(value)}},
)
if response.status_code == 402:
    raise SystemExit("pay at " + response.json()["checkoutUrl"])
print(response.json())`,
    },
  ];
}

function exampleOf({ api }: PageView): string {
  return exampleFor(api.tryable[0] ?? '/');
}

/** A path that a call can go to: `/items/id`, of `/items/{id}`. */
function exampleFor(route: string): string {
  return route.replaceAll(/\{(.+?)\+?\}/g, (_, name: string) => encodeURIComponent(name));
}
