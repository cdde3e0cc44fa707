/**
 * The look that all pages share, those of the local stand-in for Stripe as well: colours by their meaning, type, cards, buttons and fields. No
 * fonts and no images to fetch, as a laptop may be offline and a page asks nobody but its own origin.
 */
export const LOOK = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f8; --surface: #ffffff; --ink: #171a21; --muted: #586071; --line: #dfe3ea;
  --accent: #2f4fd8; --accent-strong: #2440b4; --on-accent: #ffffff; --field: #7c8495;
  --warn-ground: #fff3d1; --warn-ink: #5a4100; --bad-ground: #fdeceb; --bad-ink: #93231c;
  --good-ground: #e3f5ec; --good: #17774a; --good-ink: #0d5233;
  --shadow: 0 1px 2px rgb(20 26 40 / 6%), 0 8px 28px rgb(20 26 40 / 7%);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101218; --surface: #191c24; --ink: #eceef4; --muted: #a3abbb; --line: #2d323e;
    --accent: #8ea4ff; --accent-strong: #a9baff; --on-accent: #10142a; --field: #707889;
    --warn-ground: #35290c; --warn-ink: #ffdf9b; --bad-ground: #3c1b1a; --bad-ink: #ffb9b3;
    --good-ground: #11301f; --good: #6fd6a3; --good-ink: #a8ecc8;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  -webkit-text-size-adjust: 100%; overflow-wrap: anywhere;
}
h1, h2, h3, p, dl, dd, ul, ol { margin: 0; padding: 0; }
h1, h2, .notice p { text-wrap: balance; }
a { color: var(--accent); text-underline-offset: 2px; }
.banner {
  padding: 10px 16px; background: var(--warn-ground); color: var(--warn-ink); font-size: 14px; text-align: center;
}
.card {
  background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow);
  padding: 24px;
}
.figure { font-variant-numeric: tabular-nums; white-space: nowrap; }
label { display: block; margin-bottom: 6px; font-size: 14px; font-weight: 550; }
input {
  width: 100%; min-height: 46px; padding: 10px 12px; border: 1px solid var(--field); border-radius: 9px;
  background: transparent; color: inherit; font: inherit;
}
input[readonly] { border-style: dashed; color: var(--muted); }
input[aria-invalid="true"] { border-color: var(--bad-ink); }
.hint { margin-top: 6px; color: var(--muted); font-size: 14px; }
.hint.wrong { color: var(--bad-ink); }
button {
  width: 100%; min-height: 48px; padding: 10px 16px; border: 1px solid var(--field); border-radius: 9px;
  background: transparent; color: inherit; font: inherit; font-weight: 550; cursor: pointer;
}
button:hover { border-color: var(--ink); }
button.primary { border-color: transparent; background: var(--accent); color: var(--on-accent); font-weight: 650; }
button.primary:hover { background: var(--accent-strong); }
:is(a, input, button, summary, pre):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.alert {
  padding: 12px 14px; border-radius: 9px; background: var(--bad-ground); color: var(--bad-ink); font-size: 15px;
}
.notice { max-width: 520px; margin: 40px auto 0; text-align: center; }
.notice h1 { margin-bottom: 8px; font-size: 24px; }
.notice p + p { margin-top: 20px; }
.notice.card { padding: 40px 24px; }
@media (max-width: 560px) { .notice.card { width: auto; margin: 24px 16px; } }
`;
