import type { APIGatewayProxyResult } from 'aws-lambda';
import { balanceSection, billingSection, newKeySection } from './account';
import { callingSection, trySection } from './calling';
import { usageSection } from './chart';
import { form } from './forms';
import { type Html, html } from './html';
import { keysSection } from './keys';
import { pageAnswer } from './layout';
import { offersSection } from './offers';
import { TEXTS } from './texts';
import type { AccountView, PageView } from './view';

/** The customer's page: public, or of whoever is signed in. */
export function customerPage(view: PageView, status: number, cookies: readonly string[] = []): APIGatewayProxyResult {
  const { account, brand } = view;
  return pageAnswer({
    status,
    title: account === undefined ? TEXTS.title.public : TEXTS.title.account,
    brand,
    corner: corner(view),
    body: account === undefined ? publicBody(view) : accountBody(view, account),
    // The origin is sent with forms, by which we know that they are our own.
    headers: { 'Referrer-Policy': 'same-origin' },
    cookies,
    scripted: true,
  });
}

/** The way out, or the way in. */
function corner(view: PageView): Html | undefined {
  if (view.account !== undefined) {
    return form(view, 'sign-out', html`<button>${TEXTS.signOut}</button>`);
  }
  return view.billing.signUp.kind === 'byToken' ? undefined : html`<a href="#sign-in">${TEXTS.signIn.button}</a>`;
}

function accountBody(view: PageView, account: AccountView): Html {
  return html`<main id="main" class="account">
<h1 class="wide">${TEXTS.title.account}</h1>
${notice(view)}
${account.newKey === undefined ? undefined : newKeySection(account.newKey)}
<div class="column">
${balanceSection(view, account)}
${billingSection(view, account)}
</div>
${usageSection(account.usage.history)}
${offersSection(view)}
${callingSection(view)}
${trySection(view, account.tried)}
${keysSection(view, account)}
</main>`;
}

function publicBody(view: PageView): Html {
  return html`<main id="main" class="public">
<h1 class="wide">${TEXTS.title.public}</h1>
${notice(view)}
${offersSection(view)}
${entrance(view)}
${callingSection(view)}
</main>`;
}

/** How whoever is not signed in comes in. */
function entrance(view: PageView): Html {
  const { signUp } = view.billing;
  if (signUp.kind === 'byToken') {
    return html`<p class="wide soft">${TEXTS.byToken}</p>`;
  }
  const texts = TEXTS.signUp;
  const open = html`<section class="card" aria-labelledby="sign-up-h"><h2 id="sign-up-h">${texts.heading}</h2>
<p class="soft">${texts.text}</p>${form(view, 'sign-up', html`<button class="primary">${texts.button}</button>`)}</section>`;
  const closed = html`<p class="soft">${TEXTS.closed}</p>`;
  return html`<div class="pair">
${signIn(view)}
${signUp.kind === 'open' ? open : undefined}
${signUp.kind === 'closed' ? closed : undefined}
</div>`;
}

function signIn(view: PageView): Html {
  const texts = TEXTS.signIn;
  const { signInFault } = view;
  const described =
    signInFault === undefined
      ? html` aria-describedby="key-hint"`
      : html` aria-invalid="true" aria-describedby="key-wrong key-hint"`;
  // A text field, and not one for passwords: browsers offer to keep those.
  const field = html`<label for="key">${texts.label}</label>
<input id="key" name="key" type="text" required maxlength="512" autocomplete="off" autocapitalize="off" spellcheck="false"${described}>
${signInFault === undefined ? undefined : html`<p class="hint wrong" id="key-wrong" role="alert">${signInFault}</p>`}
<p class="hint" id="key-hint">${texts.hint}</p>
<button class="primary">${texts.button}</button>`;
  return html`<section class="card" id="sign-in" aria-labelledby="sign-in-h"><h2 id="sign-in-h">${texts.heading}</h2>
${form(view, 'sign-in', field, { className: 'stack' })}</section>`;
}

function notice({ notice: given }: PageView): Html | undefined {
  return (
    given &&
    html`<p class="alert wide ${given.tone === 'good' ? 'good' : ''}" role="${given.tone === 'good' ? 'status' : 'alert'}">${given.text}</p>`
  );
}
