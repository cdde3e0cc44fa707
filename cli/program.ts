import { Command, CommanderError } from 'commander';
import { addCustomers } from './commands/customers';
import { addDev } from './commands/dev';
import { addDoctor } from './commands/doctor';
import { addGrant } from './commands/grant';
import { addImport } from './commands/import';
import { addKeys } from './commands/keys';
import { addLedger } from './commands/ledger';
import { addReconcile } from './commands/reconcile';
import { addWebhookReplay } from './commands/webhook-replay';
import { CommandError, ExitCode } from './errors';
import { type Output, printable } from './output';

/** Runs a command line to its end, and gives the exit code. */
export async function run(args: readonly string[], output: Output): Promise<number> {
  let exitCode: number = ExitCode.OK;
  const complain = (text: string) => output.complain(`cdk-paywall: ${printable(text).trim()}`);
  const program = new Command('cdk-paywall')
    .description('Charge for an Amazon API Gateway REST API')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.print(text.trimEnd()),
      writeErr: (text) => output.complain(text.trimEnd()),
      outputError: (text) => complain(text.replace(/^error: /, '')),
    })
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 not asked for as it should be.');
  addDev(program, (code) => {
    exitCode = code;
  });
  addDoctor(program, output);
  addCustomers(program, output);
  addKeys(program, output);
  addImport(program, output);
  addLedger(program, output);
  addGrant(program, output);
  addReconcile(program, output);
  addWebhookReplay(program, output);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // It has told already what is wrong.
      return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
    }
    if (error instanceof CommandError) {
      complain(error.message);
      return error.exitCode;
    }
    output.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return ExitCode.FAILED;
  }
}
