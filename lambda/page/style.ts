import type { PageEntry } from '../../lib/private/page-entry';
import { LOOK } from './look';

const PAGE = `
.bar { display: flex; align-items: center; gap: 12px 20px; max-width: 1080px; margin: 0 auto; padding: 16px; }
.brand { display: flex; align-items: center; gap: 10px; margin-right: auto; font-size: 18px; font-weight: 650; color: inherit;
  text-decoration: none; }
.brand img { display: block; height: 32px; width: auto; max-width: 160px; }
.bar button { width: auto; min-height: 40px; padding: 6px 14px; }
main { display: grid; gap: 16px; max-width: 1080px; margin: 0 auto; padding: 8px 16px 40px; }
main > * { min-width: 0; }
main.narrow { max-width: 620px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 16px; top: 12px; padding: 8px 12px; background: var(--surface); border-radius: 8px; }
h1 { font-size: 26px; line-height: 1.2; }
h2 { font-size: 19px; line-height: 1.3; }
h3 { font-size: 16px; }
.card > * + *, .stack > * + * { margin-top: 14px; }
.stack > label + input { margin-top: 0; }
.pair, .column { display: grid; gap: 16px; align-content: start; }
.soft { color: var(--muted); font-size: 15px; }
.lead { color: var(--muted); font-size: 17px; max-width: 60ch; }
.alert.good { background: var(--good-ground); color: var(--good-ink); }
.alert.warn { background: var(--warn-ground); color: var(--warn-ink); }
.alert form { margin-top: 10px; }
.alert button { width: auto; border-color: currentColor; min-height: 44px; }
.balance { font-size: 44px; font-weight: 650; line-height: 1.1; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.balance small { font-size: 16px; font-weight: 400; letter-spacing: 0; color: var(--muted); }
.gauge { display: block; width: 100%; height: 10px; border-radius: 5px; background: var(--line); }
.gauge rect, .chart rect { fill: var(--accent); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 12px 20px; }
.facts dt { color: var(--muted); font-size: 14px; }
.facts dd { font-weight: 600; font-variant-numeric: tabular-nums; }
.chart { display: block; width: 100%; height: 140px; border-bottom: 1px solid var(--field); }
.axis { display: flex; justify-content: space-between; margin-top: 6px !important; color: var(--muted); font-size: 14px; }
.routes { list-style: none; }
.routes li + li { margin-top: 10px; }
.routes .line { display: flex; justify-content: space-between; gap: 16px; font-size: 14px; }
.routes .gauge { height: 6px; margin-top: 4px; }
.offers { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(min(220px, 100%), 1fr)); list-style: none; }
.offers li { display: flex; flex-direction: column; gap: 4px; padding: 18px; border: 1px solid var(--line); border-radius: 12px; }
.offers li.best { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.offers .price { font-size: 24px; font-weight: 650; line-height: 1.2; }
.offers .price small { font-size: 15px; font-weight: 400; color: var(--muted); }
.offers form, .offers .state { margin-top: auto; padding-top: 12px; }
.tag { display: inline-block; align-self: start; white-space: nowrap; padding: 1px 9px; border: 1px solid var(--accent); border-radius: 99px; color: var(--accent); font-size: 13px; font-weight: 600; }
.state { color: var(--muted); font-size: 15px; font-weight: 550; }
.keys { list-style: none; }
.keys > li { display: grid; gap: 8px; padding: 14px 0; border-top: 1px solid var(--line); }
.keys .does { display: flex; flex-wrap: wrap; gap: 8px; align-items: start; }
.keys button, .inline button { width: auto; min-height: 46px; padding: 6px 14px; }
.keys .over { color: var(--muted); }
.inline { display: flex; flex-wrap: wrap; gap: 10px; align-items: end; }
.inline > div { flex: 1 1 200px; }
summary { min-height: 42px; padding: 8px 2px; cursor: pointer; font-weight: 550; }
details > * + * { margin-top: 10px; }
.keys details[open] { flex-basis: 100%; }
code, pre { font: 14px/1.5 var(--mono); }
pre { margin: 0; padding: 12px 14px; overflow-x: auto; background: var(--ground); border: 1px solid var(--line); border-radius: 9px; }
pre.key { white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; font-size: 15px; }
pre.answer { max-height: 320px; }
.status { font-weight: 650; }
.status.good { color: var(--good); }
.status.bad { color: var(--bad-ink); }
.foot { display: flex; flex-wrap: wrap; gap: 8px 20px; max-width: 1080px; margin: 0 auto; padding: 0 16px 32px; font-size: 15px; }
.copy { width: auto; min-height: 42px; padding: 6px 14px; }
[hidden] { display: none; }
@media (min-width: 860px) {
  main.account { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 20px; }
  main.account > .wide { grid-column: 1 / -1; }
  .pair { grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); gap: 20px; }
  .column { gap: 20px; }
  .card { padding: 28px; }
  .keys > li { grid-template-columns: 1fr auto; align-items: start; }
}
button[aria-disabled="true"] { opacity: .6; cursor: progress; }
table { border-collapse: collapse; }
th, td { padding: 4px 24px 4px 0; text-align: left; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;

/** The style sheet of a page in a brand's colour. */
export function styleOf({ accent }: Pick<PageEntry, 'accent'>): string {
  return accent === undefined ? LOOK + PAGE : LOOK + PAGE + colours(accent);
}

function colours({ light, dark }: NonNullable<PageEntry['accent']>): string {
  const strong = (tone: string) => `color-mix(in srgb, var(--accent) 85%, ${tone})`;
  return (
    `:root{--accent:${light};--accent-strong:${strong('black')}}` +
    `@media (prefers-color-scheme:dark){:root{--accent:${dark};--accent-strong:${strong('white')}}}`
  );
}
