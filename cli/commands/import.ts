import type { Command } from 'commander';
import { CommandError } from '../errors';
import { list, number, type Output, plural, printAnswer } from '../output';
import { type TargetOptions, withTarget } from '../target/options';
import { type ByOptions, withBy } from './arguments';

interface ImportOptions extends TargetOptions, ByOptions {
  readonly plan?: string;
  readonly report?: string;
}

/** Of refused rows that are told one by one; a report has them all. */
const MAX_TOLD = 20;

/** `cdk-paywall import <keys.csv>` */
export function addImport(program: Command, output: Output): void {
  const command = program
    .command('import')
    .description('take over API keys of plain usage plans: only their hashes leave this machine')
    .argument('<file>', 'CSV with the columns of API Gateway (key, name, enabled, …), and customer, plan, expires')
    .option('--plan <plan>', 'what new customers are on whose row names none (default: the default plan)')
    .option('--report <file>', 'where a CSV is written of what was refused, and why');
  withTarget(withBy(command)).action(async (path: string, options: ImportOptions) => {
    const [{ openTarget }, { KeyFile }, { importKeys }, { Progress }, { Report }] = await Promise.all([
      import('../target'),
      import('../import/key-file'),
      import('../import/import-keys'),
      import('../import/progress'),
      import('../import/report'),
    ]);
    const file = await KeyFile.open(path, options.plan);
    const target = await openTarget(options);
    const report = options.report === undefined ? undefined : await Report.open(options.report);
    const progress = new Progress(output, file.bytes);
    const refused: { line: number; reason: string }[] = [];
    const summary = await importKeys(file, target, options.by, {
      onRefused: (line, customer, reason) => {
        report?.add(line, customer, reason);
        if (refused.length < MAX_TOLD) {
          refused.push({ line, reason });
        }
      },
      onProgress: (bytes, rows) => progress.update(bytes, rows),
    })
      .catch((error: unknown) => {
        throw error instanceof CommandError
          ? new CommandError(`${error.message} (run it again: what has been imported is skipped)`)
          : error;
      })
      .finally(async () => {
        progress.end();
        await report?.close();
      });
    printAnswer(output, options, summary, () =>
      list([
        ['rows', number(summary.rows)],
        ['imported', number(summary.imported)],
        ['there already', number(summary.present)],
        ['refused', number(summary.refused)],
      ]),
    );
    if (summary.refused > 0) {
      if (report === undefined) {
        for (const { line, reason } of refused.toSorted((one, other) => one.line - other.line)) {
          output.complain(`line ${line}: ${reason}`);
        }
      }
      const where = report === undefined ? 'see above, or all of them with --report' : `see ${options.report}`;
      throw new CommandError(`${plural(summary.refused, 'row')} of ${number(summary.rows)} refused: ${where}`);
    }
  });
}
