import type { PurchaseProgress } from '../customer/progress';
import { keyBlock } from './account';
import { type Html, html } from './html';
import { TEXTS } from './texts';

/**
 * - `made`: the caller has started the checkout, and here is the key.
 * - `shown`: he has started it, and was shown the key before.
 * - `unclaimed`: somebody else has started it, for all that is known.
 * - `known`: the customer was known before, and no key is made.
 */
export type KeyView =
  | { readonly kind: 'made'; readonly apiKey: string }
  | { readonly kind: 'shown' | 'unclaimed' | 'known' };

export interface WelcomeView {
  readonly key: KeyView;
  /** What was bought, `plan Pro`. */
  readonly purchase: string;
  readonly progress: PurchaseProgress;
  readonly usageUrl: string;
  /** The customer's page, where there is one. */
  readonly home?: string;
}

const STATES: Readonly<Record<PurchaseProgress, (bought: string) => string>> = {
  credited: TEXTS.welcome.credited,
  crediting: TEXTS.welcome.crediting,
  awaiting_payment: TEXTS.welcome.awaiting,
};

/** The body of the page that Checkout leads back to. */
export function welcomeBody(view: WelcomeView): Html {
  const { home } = view;
  const heading = view.key.kind === 'made' ? TEXTS.welcome.newHeading : TEXTS.welcome.thanks;
  return html`<main id="main" class="narrow"><div class="card">
<h1>${heading}</h1>
${words(view)}
${home === undefined ? undefined : html`<p><a href="${home}">${TEXTS.welcome.account}</a></p>`}
</div></main>`;
}

function words({ key, purchase, progress, usageUrl }: WelcomeView): Html {
  const texts = TEXTS.welcome;
  const state = STATES[progress](purchase);
  const counts = progress === 'credited';
  switch (key.kind) {
    case 'made':
      return html`<p>${state} ${texts.keyOnce}</p>
${keyBlock(key.apiKey, TEXTS.newKey.label)}
<p>${texts.left}</p>
<pre tabindex="0" role="group" aria-label="curl"><code>curl -H "x-api-key: ${key.apiKey}" ${usageUrl}</code></pre>`;
    case 'shown':
      return html`<p>${state} ${texts.shown}</p><p class="soft">${texts.lost}</p>`;
    case 'unclaimed':
      return html`<p>${state}${counts ? ` ${texts.counts}` : ''}</p><p>${texts.unclaimed}</p><p class="soft">${texts.program}</p>`;
    case 'known':
      return html`<p>${state}${counts ? ` ${texts.known}` : ''}</p><p class="soft">${texts.keptNowhere}</p>`;
  }
}
