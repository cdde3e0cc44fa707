import type { Command } from 'commander';
import { CommandError } from '../errors';
import { list, number, type Output, plural, printAnswer } from '../output';
import { type TargetOptions, withTarget } from '../target/options';

/** `cdk-paywall reconcile` */
export function addReconcile(program: Command, output: Output): void {
  withTarget(
    program.command('reconcile').description('carry out the events of Stripe that no webhook has brought, now'),
  ).action(async (options: TargetOptions) => {
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const { listed, missed, failed } = await target.reconcile();
    printAnswer(output, options, { listed, missed, failed }, () =>
      list([
        ['listed', number(listed)],
        ['missed', number(missed)],
        ['failed', number(failed)],
      ]),
    );
    if (failed > 0) {
      throw new CommandError(
        `${plural(failed, 'event')} failed: the next runs try again, and what fails for an hour waits for webhook replay`,
      );
    }
  });
}
