/** The pages' one style sheet: no fonts and no images to fetch, as a laptop may be offline. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f8; --surface: #ffffff; --ink: #171a21; --muted: #586071; --line: #dfe3ea;
  --accent: #2f4fd8; --accent-strong: #2440b4; --on-accent: #ffffff; --field: #8a92a3;
  --warn-ground: #fff3d1; --warn-ink: #5a4100; --bad-ground: #fdeceb; --bad-ink: #93231c; --good: #17774a;
  --shadow: 0 1px 2px rgb(20 26 40 / 6%), 0 8px 28px rgb(20 26 40 / 7%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101218; --surface: #191c24; --ink: #eceef4; --muted: #a3abbb; --line: #2d323e;
    --accent: #8ea4ff; --accent-strong: #a9baff; --on-accent: #10142a; --field: #707889;
    --warn-ground: #35290c; --warn-ink: #ffdf9b; --bad-ground: #3c1b1a; --bad-ink: #ffb9b3; --good: #6fd6a3;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  -webkit-text-size-adjust: 100%; overflow-wrap: anywhere;
}
h1, h2, p, dl, dd, ul { margin: 0; padding: 0; }
h1, h2, .notice p { text-wrap: balance; }
a { color: var(--accent); text-underline-offset: 2px; }
.banner {
  padding: 10px 16px; background: var(--warn-ground); color: var(--warn-ink); font-size: 14px; text-align: center;
}
main { width: 100%; max-width: 960px; margin: 0 auto; padding: 24px 16px 40px; }
.card {
  background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow);
  padding: 24px;
}
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
.figure { font-variant-numeric: tabular-nums; white-space: nowrap; }
.total { font-weight: 650; }
h2 { margin-bottom: 16px; font-size: 19px; }
label { display: block; margin-bottom: 6px; font-size: 14px; font-weight: 550; }
input {
  width: 100%; min-height: 46px; padding: 10px 12px; border: 1px solid var(--field); border-radius: 9px;
  background: transparent; color: inherit; font: inherit;
}
input[readonly] { border-style: dashed; color: var(--muted); }
input[aria-invalid="true"] { border-color: var(--bad-ink); }
.hint { margin-top: 6px; color: var(--muted); font-size: 14px; }
.hint.wrong { color: var(--bad-ink); }
.way { display: flex; align-items: center; gap: 12px; margin: 18px 0 22px; color: var(--muted); font-size: 15px; }
.way svg { flex: none; }
button {
  width: 100%; min-height: 48px; padding: 10px 16px; border: 1px solid var(--field); border-radius: 9px;
  background: transparent; color: inherit; font: inherit; font-weight: 550; cursor: pointer;
}
button:hover { border-color: var(--ink); }
button.primary { border-color: transparent; background: var(--accent); color: var(--on-accent); font-weight: 650; }
button.primary:hover { background: var(--accent-strong); }
a:focus-visible, input:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.or { display: flex; align-items: center; gap: 12px; margin: 24px 0 16px; color: var(--muted); font-size: 14px; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.others { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(90px, 1fr)); }
.others button { padding-inline: 4px; }
.others .hint { text-align: center; }
.alert {
  margin-bottom: 20px; padding: 12px 14px; border-radius: 9px; background: var(--bad-ground); color: var(--bad-ink);
  font-size: 15px;
}
.notice { max-width: 520px; margin-top: 40px; text-align: center; }
.notice h1 { margin-bottom: 8px; font-size: 24px; }
.notice p + p { margin-top: 20px; }
.notice.card { padding: 40px 24px; }
@media (max-width: 560px) { .notice.card { width: auto; margin: 24px 16px; } }
.mark { display: block; margin: 0 auto 16px; }
.mark.good { color: var(--good); }
.mark.quiet { color: var(--muted); }
.portal { max-width: 640px; }
.portal .card + .card { margin-top: 16px; }
.portal h1 { margin-bottom: 20px; font-size: 26px; }
.portal dl { display: grid; grid-template-columns: auto 1fr; gap: 6px 20px; margin-bottom: 20px; }
.portal dt { color: var(--muted); }
`;
