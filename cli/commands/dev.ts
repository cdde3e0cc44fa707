import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DevOptions } from '../../local/dev';

/** `cdk-paywall dev` */
export function addDev(program: Command, ended: (exitCode: number) => void): void {
  program
    .command('dev')
    .description('serve the CDK app of this folder on this machine: no AWS, no Stripe account')
    .addOption(new Option('-p, --port <number>', 'the port of the APIs').default(4020).argParser(parsePort))
    .option('--app <command|folder>', 'what synthesizes the app, or a cloud assembly (default: `app` in cdk.json)')
    .option('--data <folder>', 'where state is kept over restarts (default: in memory)')
    .option('--walk [route]', 'first go the whole way of a customer: sign up, call, meet the 402, pay, call')
    .option('--once', 'end after the walk, with exit code 0 only if every step did what it should')
    .option('--verbose', 'print what functions log, and what becomes of webhooks')
    .action(async (options: DevOptions) => {
      const { dev } = await import('../../local/dev');
      ended(await dev(options));
    });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError('a port is a whole number from 0 to 65535.');
  }
  return port;
}
