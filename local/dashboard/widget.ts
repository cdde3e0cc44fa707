import { type Html, html } from '../html';
import type { MetricStore, Window } from '../metrics/metric-store';
import type { AlarmModel } from '../template/model';
import { type JsonObject, list, number, object, text } from '../template/values';
import { chart } from './chart';
import { markdown } from './markdown';
import { long } from './scale';
import { type Line, widgetData } from './widget-metrics';

/** A widget as it is in a dashboard's body. */
export interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: JsonObject;
}

export interface Shown {
  readonly store: MetricStore;
  readonly alarms: readonly AlarmModel[];
  readonly window: Window;
  /** All of the time that is shown, as one period. */
  readonly whole: Window;
}

/** One of CloudWatch's grid: 24 of the first make up a page's width. */
export const COLUMN_PIXELS = 56;
export const ROW_PIXELS = 46;
const TITLE_PIXELS = 24;
const LEGEND_PIXELS = 22;
const PADDING_PIXELS = 24;

/** As CloudWatch's own, where a widget names none. */
const PALETTE = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f'];

export function readWidget(value: unknown): Widget {
  const { type, x, y, width, height, properties } = object(value);
  const [column, row] = [number(x) ?? 0, number(y) ?? 0];
  const size = { width: number(width) ?? 6, height: number(height) ?? 6 };
  return { type: text(type) ?? '', x: column, y: row, ...size, properties: object(properties) };
}

/** What is in a widget's frame; what cannot be drawn here is named in it. */
export function drawWidget(widget: Widget, shown: Shown): Html {
  const { type, properties } = widget;
  switch (type === 'metric' ? (text(properties.view) ?? 'timeSeries') : type) {
    case 'text':
      return markdown(text(properties.markdown) ?? '');
    case 'alarm':
      return alarmList(properties, shown.alarms);
    case 'timeSeries':
      return timeSeries(widget, shown);
    case 'singleValue':
      return numbers(properties, shown);
    default:
      return html`${title(properties)}${notDrawn([`a widget of ${text(properties.view) ?? type} is not drawn here`])}`;
  }
}

function timeSeries({ width, height, properties }: Widget, { store, window }: Shown): Html {
  const { lines, missing } = widgetData(properties, store, window);
  const coloured = withColours(lines);
  const { left, right } = object(properties.yAxis);
  const drawn = chart({
    lines: coloured,
    width: width * COLUMN_PIXELS - PADDING_PIXELS,
    height: height * ROW_PIXELS - TITLE_PIXELS - LEGEND_PIXELS - PADDING_PIXELS,
    stacked: properties.stacked === true,
    left: axisOptions(left),
    right: axisOptions(right),
    start: window.start,
    step: window.period * 1_000,
  });
  const legend = coloured.map(
    ({ color, label, onRight }) =>
      html`<li><i style="background:${color}"></i>${label}${onRight ? ' (right)' : undefined}</li>`,
  );
  return html`${title(properties)}${lines.length === 0 && missing.length > 0 ? undefined : drawn}
<ul class="legend">${legend}</ul>${notDrawn(missing)}`;
}

function numbers(properties: JsonObject, { store, window, whole }: Shown): Html {
  const isWhole = properties.setPeriodToTimeRange === true;
  const { lines, missing } = widgetData(properties, store, isWhole ? whole : window);
  const shown = withColours(lines).map(({ label, points, color }) => {
    const value = points.findLast((point) => point !== undefined);
    return html`<div><dd style="--tone:${color}">${value === undefined ? '–' : long(value)}</dd><dt>${label}</dt></div>`;
  });
  return html`${title(properties)}<dl class="numbers">${shown}</dl>${notDrawn(missing)}`;
}

function alarmList(properties: JsonObject, alarms: readonly AlarmModel[]): Html {
  const named = list(properties.alarms).map((arn) => {
    const { path = String(arn), description } = alarms.find((one) => one.arn === arn) ?? {};
    return html`<li title="${description}">${path.split('/').at(-1)}</li>`;
  });
  return html`${title(properties)}<ul class="alarms">${named}</ul>${notDrawn(['alarms ring on AWS only'])}`;
}

function withColours(lines: readonly Line[]): (Line & { readonly color: string })[] {
  return lines.map((line, index) => ({
    ...line,
    color: safeColour(line.color) ?? PALETTE[index % PALETTE.length] ?? '',
  }));
}

/** It stands in an attribute of style. */
function safeColour(color: string | undefined): string | undefined {
  return color !== undefined && /^#[0-9a-f]{3,8}$/i.test(color) ? color : undefined;
}

function axisOptions(value: unknown) {
  const { label, min, max } = object(value);
  return { label: text(label), min: number(min), max: number(max) };
}

function title({ title: given }: JsonObject): Html {
  return html`<h3>${text(given)}</h3>`;
}

function notDrawn(reasons: readonly string[]): Html | undefined {
  return reasons.length === 0 ? undefined : html`<p class="missing">${reasons.join('; ')}</p>`;
}
