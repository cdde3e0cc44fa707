import { escapeHtml } from './page';

export interface WelcomeView {
  /** The new key; absent where the customer has one. */
  readonly apiKey: string | undefined;
  /** What was bought, `plan Pro`. */
  readonly purchase: string;
  /** How far it has come: the money may be on its way, or the event that tells of it. */
  readonly progress: 'awaiting_payment' | 'crediting' | 'credited';
  readonly usageUrl: string;
}

const STATES: Readonly<Record<WelcomeView['progress'], (bought: string) => string>> = {
  credited: (bought) => `Added to your account: ${bought}.`,
  crediting: (bought) => `Paid, and being added to your account: ${bought}. That takes some seconds.`,
  awaiting_payment: (bought) => `Your payment is under way. ${bought} is added when the bank has confirmed it.`,
};

/** The body of the welcome page, as HTML. */
export function welcomeBody({ apiKey, purchase, progress, usageUrl }: WelcomeView): string {
  const state = STATES[progress](escapeHtml(purchase));
  if (apiKey === undefined) {
    return `
<h1>Thank you</h1>
<p>${state}${progress === 'credited' ? ' Call the API with the key that you have; the next call is served.' : ''}</p>
<p class="soft">A key is shown once, when it is made, and kept nowhere.</p>`;
  }
  return `
<h1>You are in</h1>
<p>${state} Here is your API key. It is shown this once, so keep it now.</p>
<pre aria-label="API key">${escapeHtml(apiKey)}</pre>
<p>Send it as <code>x-api-key</code>, or as <code>Authorization: Bearer</code>. What is left:</p>
<pre>curl -H "x-api-key: ${escapeHtml(apiKey)}" ${escapeHtml(usageUrl)}</pre>`;
}
