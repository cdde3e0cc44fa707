import { Html, html } from '../html';
import type { LocalMetrics } from '../metrics/local-metrics';
import type { Window } from '../metrics/metric-store';
import type { AlarmModel, DashboardModel } from '../template/model';
import { list } from '../template/values';
import { STYLES } from './styles';
import { drawWidget, readWidget, type Shown } from './widget';

/** Where whoever develops sees the dashboards of the app, and what they are drawn from. */
export const LOCAL_DASHBOARD_PATH = '/_local/dashboard';
export const LOCAL_METRICS_PATH = '/_local/metrics';

/** Times that can be looked at, in seconds, with that between two points: fine where little has happened yet. */
const RANGES: readonly { readonly name: string; readonly seconds: number; readonly period: number }[] = [
  { name: '5m', seconds: 300, period: 10 },
  { name: '15m', seconds: 900, period: 10 },
  { name: '1h', seconds: 3_600, period: 60 },
  { name: '3h', seconds: 10_800, period: 60 },
  { name: '24h', seconds: 86_400, period: 300 },
];
const [, DEFAULT_RANGE] = RANGES;

export interface DashboardPageOptions {
  readonly dashboards: readonly DashboardModel[];
  readonly alarms: readonly AlarmModel[];
  readonly metrics: LocalMetrics;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** One of `5m`, `15m`, `1h`, `3h` and `24h`. @default '15m' */
  readonly range?: string;
}

/** Every dashboard of the app, drawn from its body: a page without scripts, that fetches itself anew. */
export function dashboardPage({ dashboards, alarms, metrics, now, range }: DashboardPageOptions): string {
  metrics.look();
  const chosen = RANGES.find(({ name }) => name === range) ?? DEFAULT_RANGE ?? { name: '', seconds: 900, period: 10 };
  const shown: Shown = { store: metrics.store, alarms, ...windows(chosen, now) };
  const ranges = RANGES.map(({ name }) =>
    name === chosen.name ? html`<b>${name}</b>` : html`<a href="?range=${name}">${name}</a>`,
  );
  const none = html`<p class="none">This app has no dashboard: call <code>paywall.dashboard()</code>.</p>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="10">
<title>Dashboard</title>
<style>${new Html(STYLES)}</style>
</head>
<body>
<header><strong>Local dashboard</strong><span>a point is ${chosen.period} seconds</span><nav>${ranges}</nav></header>
${dashboards.length === 0 ? none : dashboards.map((dashboard) => drawDashboard(dashboard, shown))}
</body>
</html>
`.text;
}

function drawDashboard({ path, body }: DashboardModel, shown: Shown): Html {
  const widgets = list(body.widgets)
    .map(readWidget)
    .sort((a, b) => a.y - b.y || a.x - b.x)
    .map((widget) => {
      const place = `grid-column:${widget.x + 1}/span ${widget.width};grid-row:${widget.y + 1}/span ${widget.height}`;
      return html`<section class="${widget.type}" style="${place}">${drawWidget(widget, shown)}</section>`;
    });
  return html`<main><h1>${path.replace(/(\/[^/]+)\1$/, '$1')}</h1><div class="grid">${widgets}</div></main>`;
}

/** Up to the end of the period that has begun. */
function windows(
  { seconds, period }: { seconds: number; period: number },
  now: number,
): { window: Window; whole: Window } {
  const startOf = (size: number) => Math.ceil(now / (size * 1_000)) * size * 1_000 - seconds * 1_000;
  return {
    window: { start: startOf(period), period, periods: seconds / period },
    whole: { start: startOf(60), period: seconds, periods: 1 },
  };
}
