import type { PurchaseProgress } from '../customer/progress';
import type { KeyView, WelcomeView } from '../page/welcome';

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
