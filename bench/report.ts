import { cpus, totalmem } from 'node:os';
import packageFile from '../package.json';
import type { Figure } from './measure';
import type { Scenario } from './scenarios/scenario';

const PACKAGES = ['@aws-sdk/client-dynamodb', 'rate-limiter-flexible', 'tsx', 'typescript'] as const;

/** The engine that targets are set for where a scenario names no other. */
const MEASURED_BY_TARGETS = 'paywall, leases';

export interface Conditions {
  readonly seeds: readonly number[];
  readonly seconds: number;
}

/** One block of text for each scenario: a row for each engine, a column for each metric, the targets below. */
export function table(scenarios: readonly Scenario[], figures: readonly Figure[]): string {
  return scenarios
    .map(({ title, description, metrics, variants, measuredBy = MEASURED_BY_TARGETS }) => {
      const blocks = variants.map(({ name, targets = [] }) => {
        const of = figures.filter(({ scenario, variant }) => scenario === title && variant === name);
        const engines = [...new Set(of.map(({ engine }) => engine))];
        const rows = [
          [name, ...metrics.map((metric) => (metric.unit === '' ? metric.name : `${metric.name}, ${metric.unit}`))],
          ...engines.map((engine) => [
            engine,
            ...metrics.map((metric) =>
              text(of.find((figure) => figure.engine === engine && figure.metric === metric.name)?.median),
            ),
          ]),
          ...(targets.length === 0
            ? []
            : [
                [
                  `  target, ${measuredBy}`,
                  ...metrics.map(({ name: metric }) => {
                    const target = targets.find((candidate) => candidate.metric === metric);
                    return target === undefined ? '' : `≤ ${text(target.atMost)}`;
                  }),
                ],
              ]),
        ];
        return aligned(rows);
      });
      return [`## ${title}`, description, '', ...blocks].join('\n');
    })
    .join('\n\n');
}

export interface Miss {
  readonly figure: Figure;
  readonly atMost: number;
}

/** Targets that were not reached. */
export function misses(scenarios: readonly Scenario[], figures: readonly Figure[]): Miss[] {
  return scenarios.flatMap(({ title, variants, measuredBy = MEASURED_BY_TARGETS }) =>
    variants.flatMap(({ name, targets = [] }) =>
      targets.flatMap(({ metric, atMost }) =>
        figures
          .filter(
            (figure) =>
              figure.scenario === title &&
              figure.variant === name &&
              figure.metric === metric &&
              figure.engine === measuredBy &&
              figure.median > atMost,
          )
          .map((figure) => ({ figure, atMost })),
      ),
    ),
  );
}

/** What stands in results.json: enough to tell whether two runs can be compared. */
export function results(scenarios: readonly Scenario[], figures: readonly Figure[], conditions: Conditions) {
  const targets = scenarios.flatMap(({ title, variants, measuredBy = MEASURED_BY_TARGETS }) =>
    variants.flatMap(({ name, targets: those = [] }) =>
      those.map((target) => ({ scenario: title, variant: name, engine: measuredBy, ...target })),
    ),
  );
  return {
    ...surroundings(),
    ...conditions,
    targets,
    figures: figures.map((figure) => ({
      ...figure,
      median: rounded(figure.median),
      values: figure.values.map(rounded),
    })),
  };
}

/** When, where and with what something was measured. */
export function surroundings() {
  const versions: Readonly<Record<string, string>> = packageFile.devDependencies;
  return {
    date: new Date().toISOString(),
    machine: {
      cpus: cpus().length,
      model: cpus()[0]?.model ?? 'unknown',
      memoryGb: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform} ${process.arch}`,
    },
    node: process.version,
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versions[name]])),
  };
}

export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('   ')
        .trimEnd(),
    )
    .concat('')
    .join('\n');
}

export function text(value: number | undefined): string {
  if (value === undefined) {
    return '–';
  }
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : 2 });
}

export function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
