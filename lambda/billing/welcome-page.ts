import { escapeHtml } from './page';

export interface WelcomeView {
  /** The new key; absent where the customer has one. */
  readonly apiKey: string | undefined;
  /** What was bought, `plan Pro`. */
  readonly purchase: string;
  readonly usageUrl: string;
}

/** The body of the welcome page, as HTML. */
export function welcomeBody({ apiKey, purchase, usageUrl }: WelcomeView): string {
  const bought = escapeHtml(purchase);
  if (apiKey === undefined) {
    return `
<h1>Thank you</h1>
<p>Added to your account: ${bought}. Call the API with the key that you have; the next call is served.</p>
<p class="soft">A key is shown once, when it is made, and kept nowhere.</p>`;
  }
  return `
<h1>You are in</h1>
<p>Added to your account: ${bought}. Here is your API key. It is shown this once, so keep it now.</p>
<pre aria-label="API key">${escapeHtml(apiKey)}</pre>
<p>Send it as <code>x-api-key</code>, or as <code>Authorization: Bearer</code>. What is left:</p>
<pre>curl -H "x-api-key: ${escapeHtml(apiKey)}" ${escapeHtml(usageUrl)}</pre>`;
}
