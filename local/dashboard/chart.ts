import { Html, html } from '../html';
import { type Scale, scaleFor, short } from './scale';
import type { Line } from './widget-metrics';

export interface ChartOptions {
  readonly lines: readonly (Line & { readonly color: string })[];
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly stacked: boolean;
  readonly left: AxisOptions;
  readonly right: AxisOptions;
  /** Milliseconds since the epoch of the first point, and from one to the next. */
  readonly start: number;
  readonly step: number;
}

export interface AxisOptions {
  readonly label?: string;
  readonly min?: number;
  readonly max?: number;
}

interface Plot {
  readonly x: (index: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What is there to be pointed at, and is not seen. */
const SEE_THROUGH = new Html(' fill-opacity="0"');

/** Lines, or areas one upon the other, over time. Each point tells its value to whoever points at it. */
export function chart(options: ChartOptions): Html {
  const { width, height, stacked, start, step } = options;
  const lines = stacked ? stack(options.lines) : options.lines;
  const periods = Math.max(2, ...lines.map(({ points }) => points.length));
  const hasRight = lines.some(({ onRight }) => onRight);
  const [left, right, top, bottom] = [48, width - (hasRight ? 52 : 16), 24, height - 22];
  const plot: Plot = { left, right, top, bottom, x: (index) => left + (index / (periods - 1)) * (right - left) };
  const scaleOf = (onRight: boolean) =>
    scaleFor(
      lines
        .filter((line) => line.onRight === onRight)
        .flatMap(({ points }) => points.filter((point) => point !== undefined)),
      onRight ? options.right : options.left,
    );
  const [leftScale, rightScale] = [scaleOf(false), scaleOf(true)];
  const isEmpty = lines.every(({ points }) => points.every((point) => point === undefined));
  const drawn = lines.map((line, index) => {
    const y = toY(line.onRight ? rightScale : leftScale, plot);
    const below = stacked ? lines[index - 1]?.points : undefined;
    return drawLine(line, plot, y, stacked ? (below ?? line.points.map(() => 0)) : undefined, { start, step });
  });
  return html`<svg viewBox="0 0 ${width} ${height}" role="img">
${axis(leftScale, plot, options.left.label, 'left')}
${hasRight ? axis(rightScale, plot, options.right.label, 'right') : undefined}
${timeAxis(plot, periods, start, step)}
${drawn.toReversed()}
${isEmpty ? html`<text class="empty" x="${(left + right) / 2}" y="${(top + bottom) / 2}">nothing in this time</text>` : undefined}
</svg>`;
}

/** Each upon those before it; what is not there adds nothing. */
function stack(lines: ChartOptions['lines']): ChartOptions['lines'] {
  let below: readonly (number | undefined)[] = [];
  return lines.map((line) => {
    const points = line.points.map((point, index) =>
      point === undefined && below[index] === undefined ? undefined : (point ?? 0) + (below[index] ?? 0),
    );
    below = points;
    return { ...line, points };
  });
}

function drawLine(
  { points, color, label }: ChartOptions['lines'][number],
  { x }: Plot,
  y: (value: number) => number,
  below: readonly (number | undefined)[] | undefined,
  { start, step }: Pick<ChartOptions, 'start' | 'step'>,
): Html {
  const runs = runsOf(points);
  const at = (index: number, value: number) => `${round(x(index))},${round(y(value))}`;
  const pathOf = (run: readonly number[]) => run.map((index) => at(index, points[index] ?? 0)).join(' ');
  const areas = (below === undefined ? [] : runs).map((run) => {
    const back = run.toReversed().map((index) => at(index, below?.[index] ?? 0));
    return html`<polygon points="${pathOf(run)} ${back.join(' ')}" fill="${color}" fill-opacity="0.3"/>`;
  });
  const strokes = runs
    .filter((run) => run.length > 1)
    .map((run) => html`<polyline points="${pathOf(run)}" fill="none" stroke="${color}"/>`);
  const dots = points.flatMap((point, index) => {
    if (point === undefined) {
      return [];
    }
    const isAlone = points[index - 1] === undefined && points[index + 1] === undefined;
    const told = html`<title>${label}: ${short(point - (below?.[index] ?? 0))} at ${clockTime(start + index * step, true)}</title>`;
    const [cx, cy] = [round(x(index)), round(y(point))];
    return [
      html`<circle cx="${cx}" cy="${cy}" r="${isAlone ? 3 : 6}" fill="${color}"${isAlone ? undefined : SEE_THROUGH}>${told}</circle>`,
    ];
  });
  return html`<g>${areas}${strokes}${dots}</g>`;
}

function runsOf(points: Line['points']): number[][] {
  const runs: number[][] = [];
  points.forEach((point, index) => {
    if (point !== undefined) {
      const isNew = points[index - 1] === undefined;
      (isNew ? (runs[runs.push([]) - 1] as number[]) : (runs.at(-1) as number[])).push(index);
    }
  });
  return runs;
}

function toY({ min, max }: Scale, { top, bottom }: Plot): (value: number) => number {
  return (value) => bottom - ((Math.min(Math.max(value, min), max) - min) / (max - min || 1)) * (bottom - top);
}

function axis(scale: Scale, plot: Plot, label: string | undefined, side: 'left' | 'right'): Html {
  const y = toY(scale, plot);
  const x = side === 'left' ? plot.left - 6 : plot.right + 6;
  const ticks = scale.ticks.map((tick) => {
    const at = round(y(tick));
    const line = html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${at}" y2="${at}"/>`;
    return html`${side === 'left' ? line : undefined}<text class="tick ${side}" x="${x}" y="${at + 4}">${short(tick)}</text>`;
  });
  const name = html`<text class="unit ${side}" x="${side === 'left' ? 0 : plot.right + 50}" y="10">${label}</text>`;
  return html`${ticks}${label === undefined ? undefined : name}`;
}

function timeAxis({ x, bottom }: Plot, periods: number, start: number, step: number): Html {
  const every = Math.max(1, Math.round((periods - 1) / 5));
  const indices = Array.from({ length: periods }, (_, index) => index).filter((index) => index % every === 0);
  const spans = periods * step;
  return html`${indices
    .filter((index) => x(index) < x(periods - 1) - 8 || index === 0)
    .map(
      (index) =>
        html`<text class="time" x="${round(x(index))}" y="${bottom + 16}">${clockTime(start + index * step, spans < 300_000)}</text>`,
    )}`;
}

function clockTime(at: number, withSeconds: boolean): string {
  const seconds = withSeconds ? { second: '2-digit' as const } : {};
  return new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...seconds });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
