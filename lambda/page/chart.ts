import { day, number } from './format';
import { type Html, html } from './html';
import { TEXTS } from './texts';
import type { UsageDay } from './view';

/** Routes that are drawn: those that took most. */
const MOST_ROUTES = 6;
/** In seconds. */
const DAY = 86_400;
const WIDTH = 600;
const HEIGHT = 140;

/** A bar of which a part is filled, between 0 and 1; what it says stands in words beside it. */
export function creditBar(part: number): Html {
  const width = Math.round(Math.min(1, Math.max(0, part)) * 1000) / 10;
  return html`<svg class="gauge" aria-hidden="true"><rect width="${width}%" height="100%" rx="5"/></svg>`;
}

/** So many days until today, in UTC, those included on which nothing was used. */
export function everyDay(history: readonly UsageDay[], count: number, now: number): UsageDay[] {
  const known = new Map(history.map((one) => [one.date, one]));
  const today = Math.floor(now / DAY);
  return Array.from({ length: count }, (_, index) => {
    const date = new Date((today - count + 1 + index) * DAY * 1_000).toISOString().slice(0, 10);
    return known.get(date) ?? { date, units: 0, routes: {} };
  });
}

/** Use by day, and by route; a sentence where no history is kept. */
export function usageSection(history: readonly UsageDay[] | undefined): Html {
  const texts = TEXTS.usage;
  return html`<section class="card" id="use" aria-labelledby="use-h">
<h2 id="use-h">${texts.heading}</h2>
${history === undefined ? html`<p class="soft">${texts.none}</p>` : drawn(history)}
</section>`;
}

function drawn(history: readonly UsageDay[]): Html {
  const texts = TEXTS.usage;
  const days = history.toSorted((one, other) => (one.date < other.date ? -1 : 1));
  const total = days.reduce((sum, { units }) => sum + units, 0);
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined || total === 0) {
    return html`<p class="soft">${texts.empty}</p>`;
  }
  const most = Math.max(...days.map(({ units }) => units));
  const sentence = texts.chart(number(total), total === 1, days.length);
  const step = WIDTH / days.length;
  const bars = days.map(({ units }, index) => {
    const height = (units / most) * (HEIGHT - 4);
    const shape = { x: index * step + step * 0.15, y: HEIGHT - height, width: step * 0.7, height };
    return html`<rect x="${round(shape.x)}" y="${round(shape.y)}" width="${round(shape.width)}" height="${round(shape.height)}"/>`;
  });
  return html`<p><strong>${sentence}</strong> <span class="soft">${texts.most(number(most))}</span></p>
<div><svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${sentence}">${bars}</svg>
<p class="axis" aria-hidden="true"><span>${day(first.date)}</span><span>${day(last.date)}</span></p></div>
${byRoute(days, total)}
<details><summary>${texts.table}</summary>
<table><thead><tr><th scope="col">${texts.day}</th><th scope="col">${texts.units}</th></tr></thead>
<tbody>${days.filter(({ units }) => units > 0).map(({ date, units }) => html`<tr><td>${day(date)}</td><td class="figure">${number(units)}</td></tr>`)}</tbody></table>
</details>`;
}

function byRoute(days: readonly UsageDay[], total: number): Html | undefined {
  const sums = new Map<string, number>();
  for (const [route, units] of days.flatMap(({ routes }) => Object.entries(routes))) {
    sums.set(route, (sums.get(route) ?? 0) + units);
  }
  const sorted = [...sums].sort(([, one], [, other]) => other - one).slice(0, MOST_ROUTES);
  const lines = sorted.map(
    ([route, units]) =>
      html`<li><span class="line"><code>${route}</code><span class="figure">${number(units)}</span></span>${creditBar(units / total)}</li>`,
  );
  return lines.length === 0 ? undefined : html`<h3>${TEXTS.usage.byRoute}</h3><ul class="routes">${lines}</ul>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
