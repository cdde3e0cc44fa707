import { COLUMN_PIXELS, ROW_PIXELS } from './widget';

/** The page's one style sheet: no fonts and no images to fetch, as a laptop may be offline. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f8; --surface: #ffffff; --ink: #171a21; --muted: #586071; --line: #e3e6ec; --accent: #2f4fd8;
  --bright: none;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101218; --surface: #191c24; --ink: #eceef4; --muted: #a3abbb; --line: #2d323e; --accent: #8ea4ff;
    --bright: brightness(1.35);
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 14px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
a { color: var(--accent); }
header, main { max-width: ${24 * COLUMN_PIXELS + 32}px; margin: 0 auto; padding: 12px 16px; }
header { display: flex; gap: 16px; align-items: baseline; }
header span { color: var(--muted); }
nav { margin-left: auto; display: flex; gap: 12px; }
h1 { padding-bottom: 8px; font-size: 18px; }
.none { padding: 48px 16px; text-align: center; }
.grid { display: grid; grid-template-columns: repeat(24, 1fr); grid-auto-rows: ${ROW_PIXELS}px; }
section { padding: 4px; min-width: 0; }
section.text { display: flex; flex-direction: column; justify-content: flex-end; padding: 0 8px 8px; }
section:not(.text) {
  margin: 4px; padding: 8px 10px; overflow: hidden; background: var(--surface); border: 1px solid var(--line);
  border-radius: 8px; display: flex; flex-direction: column;
}
h2 { font-size: 17px; }
section.text p { color: var(--muted); }
.item::before { content: "\\2022"; padding-right: 6px; }
h3 { padding-bottom: 4px; font-size: 14px; font-weight: 600; }
svg { display: block; width: 100%; height: auto; }
polyline { stroke-width: 2; stroke-linejoin: round; }
polyline, circle, polygon, .legend i { filter: var(--bright); }
svg text { fill: var(--muted); font-size: 11px; font-variant-numeric: tabular-nums; }
.grid line, line.grid { stroke: var(--line); }
.tick.left, .unit.right { text-anchor: end; }
.time, .empty { text-anchor: middle; }
svg .empty { font-size: 13px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; padding-top: 4px; list-style: none; font-size: 12px; }
.legend i { display: inline-block; width: 10px; height: 10px; margin-right: 5px; border-radius: 2px; }
.missing { margin-top: auto; color: var(--muted); font-size: 12px; font-style: italic; }
.numbers { flex: 1; display: flex; gap: 8px; justify-content: space-around; align-items: center; text-align: center; }
.numbers dd {
  padding-bottom: 4px; border-bottom: 3px solid var(--tone); font-size: 32px; font-weight: 600;
  font-variant-numeric: tabular-nums;
}
.numbers dt { padding-top: 4px; color: var(--muted); }
.alarms { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 6px; list-style: none; }
.alarms li { padding: 4px 8px; border: 1px solid var(--line); border-radius: 6px; }
@media (max-width: 800px) {
  .grid { display: block; }
  .numbers dd { font-size: 24px; }
}
`;
