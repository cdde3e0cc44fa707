import { type Command, InvalidArgumentError } from 'commander';
import { MAX_REPLAYED_EVENTS, type ReplayAnswer, type ReplayedEvent } from '../../lib/private/operations';
import { CommandError, UsageError } from '../errors';
import { type Output, plural, printAnswer, table } from '../output';
import { type TargetOptions, withTarget } from '../target/options';

/** `cdk-paywall webhook replay [event…]` */
export function addWebhookReplay(program: Command, output: Output): void {
  const webhook = program.command('webhook').description("Stripe's events");
  withTarget(
    webhook
      .command('replay')
      .description('carry out events again: those of the dead-letter queue, or those that are named')
      .argument('[events...]', 'ids of events at Stripe (evt_…)', addEvent, []),
  ).action(async (events: readonly string[], options: TargetOptions) => {
    if (events.length > MAX_REPLAYED_EVENTS) {
      throw new UsageError(`at most ${MAX_REPLAYED_EVENTS} events are replayed at once, got: ${events.length}`);
    }
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const answer = await target.operate('replay', events.length > 0 ? { events } : {});
    printAnswer(output, options, answer, () => describe(answer));
    complain(answer);
  });
}

/** Collects the arguments, each of which must be an event. */
function addEvent(text: string, events: readonly string[]): readonly string[] {
  if (!/^evt_\w+$/.test(text)) {
    throw new InvalidArgumentError('An event of Stripe begins with evt_.');
  }
  return [...events, text];
}

const OUTCOMES: Record<ReplayedEvent['outcome'], string> = {
  processed: 'processed',
  duplicate: 'already processed',
  ignored: 'of no consequence',
  failed: 'failed',
};

function describe({ events }: ReplayAnswer): string[] {
  if (events.length === 0) {
    return ['the dead-letter queue is empty'];
  }
  const columns = [{ title: 'event' }, { title: 'type' }, { title: 'outcome' }, { title: 'reason' }];
  return table(
    columns,
    events.map(({ id, type, outcome, reason }) => [id, type ?? '', OUTCOMES[outcome], reason ?? '']),
  );
}

function complain({ events, more }: ReplayAnswer): void {
  const failed = events.filter(({ outcome }) => outcome === 'failed').length;
  const parts = [
    ...(failed > 0 ? [`${plural(failed, 'event')} of ${events.length} failed`] : []),
    ...(more ? ['there are more than one run takes: run it again'] : []),
  ];
  if (parts.length > 0) {
    throw new CommandError(parts.join(', and '));
  }
}
