import { LOOK } from '../../lambda/page/look';

/** The pages' one style sheet: the look of the customer's page, and what these have beside it. */
export const STYLES = `${LOOK}
main { width: 100%; max-width: 960px; margin: 0 auto; padding: 24px 16px 40px; }
.checkout { display: grid; gap: 20px; align-items: start; }
@media (min-width: 800px) {
  main { padding: 56px 24px; }
  .checkout { grid-template-columns: 1fr 1fr; gap: 48px; }
  .card { padding: 32px; }
  .summary { padding-top: 12px; }
}
.back { display: inline-block; margin-bottom: 20px; color: var(--muted); font-size: 15px; }
.summary h1 { font-size: 18px; font-weight: 550; }
.amount { margin: 4px 0 24px; font-size: 40px; font-weight: 650; line-height: 1.15; letter-spacing: -0.02em; }
.amount small { color: var(--muted); font-size: 16px; font-weight: 400; letter-spacing: 0; white-space: nowrap; }
.lines { list-style: none; }
.lines li, .total { display: flex; justify-content: space-between; gap: 16px; padding: 12px 0; }
.lines li { border-bottom: 1px solid var(--line); }
.lines .what { min-width: 0; }
.lines .what strong { display: block; font-weight: 600; }
.lines .what span { color: var(--muted); font-size: 14px; }
.code { display: flex; align-items: end; gap: 12px; padding: 16px 0; }
.code > :first-child { flex: 1; }
.code button { width: auto; min-height: 46px; }
.code > p { align-self: center; }
.code:has(.wrong) { align-items: center; }
.total { font-weight: 650; }
h2 { margin-bottom: 16px; font-size: 19px; }
.way { display: flex; align-items: center; gap: 12px; margin: 18px 0 22px; color: var(--muted); font-size: 15px; }
.way svg { flex: none; }
.or { display: flex; align-items: center; gap: 12px; margin: 24px 0 16px; color: var(--muted); font-size: 14px; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.others { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(90px, 1fr)); }
.others button { padding-inline: 4px; }
.others .hint { text-align: center; }
.alert { margin-bottom: 20px; }
.mark { display: block; margin: 0 auto 16px; }
.mark.good { color: var(--good); }
.mark.quiet { color: var(--muted); }
.portal { max-width: 640px; }
.portal .card + .card { margin-top: 16px; }
.portal h1 { margin-bottom: 20px; font-size: 26px; }
.portal dl { display: grid; grid-template-columns: minmax(0, auto) 1fr; gap: 6px 20px; margin-bottom: 20px; }
.portal dd { white-space: nowrap; }
.portal dt { color: var(--muted); }
`;
