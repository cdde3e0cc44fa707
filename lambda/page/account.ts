import type { Period } from '../../lib/private/catalogue';
import { creditBar } from './chart';
import { number, time, timeText } from './format';
import { form } from './forms';
import { type Html, html } from './html';
import { TEXTS } from './texts';
import type { AccountView, PageView } from './view';

/** What is left, when more comes, and what to do where the API refuses. */
export function balanceSection(view: PageView, account: AccountView): Html {
  const { usage } = account;
  const { plan, limit, remaining, included, credits, resetsAt } = usage;
  const texts = TEXTS.balance;
  const sold = view.catalogue.plans.find(({ id }) => id === plan);
  const figure =
    remaining === null
      ? html`<p class="balance">${texts.unlimited}</p>`
      : html`<p class="balance">${number(remaining)} <small>${texts.units}</small></p>`;
  return html`<section class="card" id="balance" aria-labelledby="balance-h">
<h2 id="balance-h">${texts.heading}</h2>
${figure}
${limit === null || included === null ? undefined : ofPlan(included, limit, sold?.quota.period ?? 'once')}
${standing(view, account)}
<dl class="facts">
<div><dt>${texts.plan}</dt><dd>${sold?.name ?? plan}</dd></div>
<div><dt>${texts.credits}</dt><dd>${number(credits)}</dd></div>
<div><dt>${texts.resets}</dt><dd>${resetsAt === null ? texts.never : time(resetsAt)}</dd></div>
</dl>
</section>`;
}

/** How much of the plan's own units is left. */
function ofPlan(included: number, limit: number, period: Period): Html {
  const words = TEXTS.balance.of(number(included), number(limit), TEXTS.periods[period]);
  return html`<div>${creditBar(included / Math.max(1, limit))}<p class="hint">${words}</p></div>`;
}

/** Nothing where all is well. */
function standing(view: PageView, { usage, isRefused, recommendation }: AccountView): Html | undefined {
  const texts = TEXTS.standing;
  if (usage.standing === 'suspended') {
    return html`<p class="alert">${texts.suspended}</p>`;
  }
  if (usage.standing === 'grace') {
    const text =
      isRefused || usage.graceEndsAt === undefined ? texts.refused : texts.grace(timeText(usage.graceEndsAt));
    const pay = form(view, 'settle', html`<button class="primary">${texts.settle}</button>`);
    return html`<div class="alert ${isRefused ? '' : 'warn'}"><p>${text}</p>${pay}</div>`;
  }
  if (recommendation === undefined) {
    return undefined;
  }
  const { action, until, offer } = recommendation;
  const advice =
    until === undefined
      ? action === 'ask_operator'
        ? texts.ask
        : texts.buy
      : texts.wait(timeText(new Date(until * 1000).toISOString()));
  return html`<p class="alert warn"><strong>${texts.exhausted}</strong> ${offer === undefined && until === undefined ? texts.ask : advice}</p>`;
}

/** A key that was just made. */
export function newKeySection(apiKey: string): Html {
  const texts = TEXTS.newKey;
  return html`<section class="card wide" id="new-key" aria-labelledby="new-key-h">
<h2 id="new-key-h">${texts.heading}</h2>
<p>${texts.text}</p>
${keyBlock(apiKey, texts.label)}
</section>`;
}

export function keyBlock(apiKey: string, label: string): Html {
  return html`<pre class="key" id="key-text" tabindex="0" role="group" aria-label="${label}">${apiKey}</pre>
<button class="copy" type="button" data-copy="key-text" data-done="${TEXTS.copied}" hidden>${TEXTS.copy}</button>`;
}

/** Stripe's own page for invoices and cards. */
export function billingSection(view: PageView, { hasBought }: AccountView): Html {
  const texts = TEXTS.billing;
  const open = form(view, 'portal', html`<button>${texts.button}</button>`, { className: 'inline' });
  return html`<section class="card" id="invoices" aria-labelledby="invoices-h">
<h2 id="invoices-h">${texts.heading}</h2>
<p class="soft">${hasBought ? texts.text : texts.none}</p>
${hasBought ? open : undefined}
</section>`;
}
