import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Finding } from '../doctor/finding';
import { type ProbedRoute, parseRoute } from '../doctor/route';
import { CommandError, UsageError } from '../errors';
import { type Output, plural, printAnswer, printable } from '../output';
import { type TargetOptions, withTarget } from '../target/options';
import { version } from '../version';
import { type ByOptions, withBy } from './arguments';

interface DoctorOptions extends TargetOptions, ByOptions {
  readonly url?: string;
  readonly route?: ProbedRoute;
}

/** What `doctor` has come to. */
interface Examined {
  /** The tool's own. */
  readonly version: string;
  readonly findings: readonly Finding[];
  readonly ok: number;
  readonly warnings: number;
  readonly failures: number;
}

/** `cdk-paywall doctor` */
export function addDoctor(program: Command, output: Output): void {
  const command = program
    .command('doctor')
    .description('see what is wrong with a paywall: its stack, Stripe, the table, and how API Gateway answers')
    .addOption(
      new Option('--url <base>', 'the URL of the API; without a stack, only what HTTP tells is looked at').argParser(
        parseBase,
      ),
    )
    .addOption(
      new Option(
        '--route <route>',
        "a route that asks for a key, 'GET /items' (default: as /openapi.json has it)",
      ).argParser(readRoute),
    );
  withTarget(withBy(command)).action(async (options: DoctorOptions) => {
    const { stack, local, url, route, by } = options;
    if (stack === undefined && local === undefined && url === undefined) {
      throw new UsageError(
        'name a deployed stack, --stack <name>, the local gateway, --local, or an API, --url <base>',
      );
    }
    const { findPaywall } = await import('../target');
    const { examine } = await import('../doctor');
    const found = stack === undefined && local === undefined ? undefined : await findPaywall(options);
    const findings = await examine({ found, url, route, by, version, isLocal: local !== undefined });
    const answer = summary(findings);
    printAnswer(output, options, answer, () => describe(answer));
    if (answer.failures > 0) {
      throw new CommandError(`${plural(answer.failures, 'failure')} found`);
    }
  });
}

function summary(findings: readonly Finding[]): Examined {
  const count = (status: Finding['status']) => findings.filter((finding) => finding.status === status).length;
  return { version, findings, ok: count('ok'), warnings: count('warning'), failures: count('failure') };
}

function describe({ findings, ok, warnings, failures }: Examined): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const status = (text: string) => text.padEnd('failure'.length);
  return [
    ...findings.flatMap((finding) => [
      `${status(finding.status)}  ${finding.check.padEnd(width)}  ${printable(finding.found)}`,
      ...(finding.todo === null ? [] : [`${status('')}  ${' '.repeat(width)}  → ${printable(finding.todo)}`]),
    ]),
    '',
    `${ok} ok, ${plural(warnings, 'warning')}, ${plural(failures, 'failure')}`,
  ];
}

function parseBase(text: string): string {
  if (!URL.canParse(text) || !/^https?:\/\/[^?#]+$/.test(text)) {
    throw new InvalidArgumentError('It must be an http or https URL without query and fragment.');
  }
  return text.replace(/\/+$/, '');
}

function readRoute(text: string): ProbedRoute {
  const route = parseRoute(text);
  if (route === undefined) {
    throw new InvalidArgumentError("It must be a method and a path, such as 'GET /items'.");
  }
  return route;
}
