import type { PlanEntry } from '../../lib/private/catalogue';
import type { Offers } from '../customer/offers';
import { number, price } from './format';
import { form } from './forms';
import { type Html, html } from './html';
import { TEXTS } from './texts';
import type { PageView } from './view';

type Plan = Offers['plans'][number];

/** What is sold: to whoever is signed in, top-ups as well; to whoever is not, a way to begin. */
export function offersSection(view: PageView): Html {
  const texts = TEXTS.offers;
  const { account, offers } = view;
  const isSold = account?.usage.standing !== 'suspended';
  const packs =
    account === undefined || offers.topUps.length === 0
      ? undefined
      : html`<h2>${texts.topUps}</h2><p class="soft">${texts.topUpsText}</p>
<ul class="offers">${offers.topUps.map((topUp) => {
          const isBest = recommendedId(view, 'topUp') === topUp.id;
          const button = isSold ? buy(view, { topUp: topUp.id }, texts.buy(topUp.name), isBest) : undefined;
          return item(isBest, topUp.name, html`${price(topUp.price)}`, packText(topUp), button);
        })}</ul>`;
  const plans = offers.plans.map((plan) => planItem(view, plan));
  return html`<section class="card wide" id="buy" aria-label="${account === undefined ? texts.heading : `${texts.topUps}, ${texts.heading}`}">
${packs}
<h2>${texts.heading}</h2>
<ul class="offers">${plans}</ul>
</section>`;
}

/** What is in a pack, unless its name says so. */
function packText({ name, units }: Offers['topUps'][number]): string | undefined {
  const text = TEXTS.offers.pack(number(units));
  return name === text ? undefined : text;
}

function planItem(view: PageView, plan: Plan): Html {
  const texts = TEXTS.offers;
  const { units, period } = plan.quota;
  const included = units === undefined ? texts.unlimited : texts.units(number(units), TEXTS.periods[period]);
  const isBest = recommendedId(view, 'plan') === plan.id;
  return item(isBest, plan.name, price(plan.price), included, planButton(view, plan, isBest));
}

function planButton(view: PageView, plan: Plan, isBest: boolean): Html | undefined {
  const texts = TEXTS.offers;
  const { account, offers, billing } = view;
  const state = (text: string) => html`<p class="state">${text}</p>`;
  if (account === undefined) {
    const startsHere = plan.id === offers.defaultPlan && billing.signUp.kind === 'open';
    const canStart = billing.signUp.kind === 'checkout' || billing.signUp.kind === 'open';
    return startsHere
      ? state(texts.startsHere)
      : canStart
        ? buy(view, { plan: plan.id }, texts.start(plan.name), plan.price !== null)
        : undefined;
  }
  const { usage } = account;
  if (plan.id === usage.plan) {
    return state(texts.yours);
  }
  if (plan.price === null) {
    return plan.id === offers.defaultPlan ? state(texts.fallback) : undefined;
  }
  if (usage.standing === 'active') {
    return buy(view, { plan: plan.id }, texts.switch(plan.name), isBest);
  }
  return usage.standing === 'grace' ? state(texts.unpaid) : undefined;
}

function item(isBest: boolean, name: string, cost: Html, units: string | undefined, end: Html | undefined): Html {
  return html`<li${isBest ? html` class="best"` : undefined}>${isBest ? html`<span class="tag">${TEXTS.offers.recommended}</span>` : undefined}
<h3>${name}</h3><p class="price">${cost}</p>${units === undefined ? undefined : html`<p class="soft">${units}</p>`}${end}</li>`;
}

function buy(view: PageView, wanted: Record<string, string>, text: string, isPrimary: boolean): Html {
  const button = isPrimary ? html`<button class="primary">${text}</button>` : html`<button>${text}</button>`;
  return form(view, 'buy', button, { fields: { ...wanted, once: view.once } });
}

/** What of all that is sold helps whoever has nothing left. */
function recommendedId({ account }: PageView, kind: 'plan' | 'topUp'): PlanEntry['id'] | undefined {
  const offer = account?.recommendation?.offer;
  if (offer?.kind === 'plan' && kind === 'plan') {
    return offer.plan.id;
  }
  return offer?.kind === 'topUp' && kind === 'topUp' ? offer.topUp.id : undefined;
}
