import type { PurchaseProgress } from '../customer/progress';
import { escapeHtml } from './page';

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
}

const STATES: Readonly<Record<PurchaseProgress, (bought: string) => string>> = {
  credited: (bought) => `Added to the account: ${bought}.`,
  crediting: (bought) => `Paid, and being added to the account: ${bought}. That takes some seconds.`,
  awaiting_payment: (bought) => `Your payment is under way. ${bought} is added when the bank has confirmed it.`,
};

const PROGRESS_NOTES: Readonly<Record<PurchaseProgress, string>> = {
  credited: 'The payment counts.',
  crediting: 'Paid, and being credited: that takes some seconds, and usageUrl tells when it is done.',
  awaiting_payment: 'The payment is under way, and is credited when the bank has confirmed it.',
};

const KEY_NOTES: Readonly<Record<KeyView['kind'], string>> = {
  made: 'Keep the key: it is shown this once.',
  shown: 'The key was shown before, once. Who has lost it asks whoever runs this API for another.',
  unclaimed:
    'The key is shown to whoever has started the checkout: open this page in the browser that did, ' +
    'or send the claim that POST checkout gave as X-Checkout-Claim.',
  known: 'Call with the credential that you have.',
};

/** What there is to say of the key and the payment, to a program. */
export function noteOf({ key: { kind }, progress }: Pick<WelcomeView, 'key' | 'progress'>): string {
  return kind === 'made' && progress === 'credited'
    ? KEY_NOTES.made
    : [PROGRESS_NOTES[progress], KEY_NOTES[kind]].join(' ');
}

/** The body of the welcome page, as HTML. */
export function welcomeBody({ key, purchase, progress, usageUrl }: WelcomeView): string {
  const state = STATES[progress](escapeHtml(purchase));
  switch (key.kind) {
    case 'made':
      return `
<h1>You are in</h1>
<p>${state} Here is your API key. It is shown this once, so keep it now.</p>
<pre aria-label="API key">${escapeHtml(key.apiKey)}</pre>
<p>Send it as <code>x-api-key</code>, or as <code>Authorization: Bearer</code>. What is left:</p>
<pre>curl -H "x-api-key: ${escapeHtml(key.apiKey)}" ${escapeHtml(usageUrl)}</pre>`;
    case 'shown':
      return `
<h1>Thank you</h1>
<p>${state} The API key was shown here before, once, and is kept nowhere.</p>
<p class="soft">If it is lost, ask whoever runs this API for another: the account stays what it is.</p>`;
    case 'unclaimed':
      return `
<h1>Thank you</h1>
<p>${state}${progress === 'credited' ? ' The payment counts.' : ''}</p>
<p>The API key is shown once, in the browser in which the checkout was started: open this page there. Nothing is lost by your having
opened it here.</p>
<p class="soft">A program sends the claim that it was given with the checkout, as <code>X-Checkout-Claim</code>. If neither can be
done, ask whoever runs this API for a key.</p>`;
    case 'known':
      return `
<h1>Thank you</h1>
<p>${state}${progress === 'credited' ? ' Call the API with the credential that you have; the next call is served.' : ''}</p>
<p class="soft">A key is shown once, when it is made, and kept nowhere.</p>`;
  }
}
