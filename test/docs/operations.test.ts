import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Plan, Price, Quota } from '../../lib';
import { paidApp, plans, stripe } from '../lib/app';

const text = readFileSync(join(__dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
const [, table = ''] = text.split('## What each alarm means, and what to do');
const rows = [...table.matchAll(/^\| `([\w-]+)` \|(.*)\|$/gm)].map(([, name = '', cells = '']) => ({ name, cells }));

/** The ids and descriptions of the alarms of a paywall that has all there is. */
function everyAlarm(): { id: string; description: string }[] {
  const throttle = { rateLimit: 1, burstLimit: 1 };
  const quota = Quota.perMonth(1);
  const own = Plan.paid('own', { quota, throttle, ownThrottle: true, price: Price.monthly(9_900, 'usd') });
  const { paywall } = paidApp((stack) => ({ plans: [...plans(), own], payments: stripe(stack) }));
  paywall.events.notifyWebhook({ url: 'https://hooks.example.com/', id: 'ID' });
  return paywall.alarms().all.map((alarm) => {
    const { alarmDescription } = alarm.node.defaultChild as unknown as { alarmDescription: string };
    return { id: alarm.node.id, description: alarmDescription };
  });
}

test('each alarm has a row, and each row an alarm', () => {
  const ids = everyAlarm().map(({ id }) => id);
  expect(rows.map(({ name }) => name).sort()).toEqual([...ids].sort());
});

test('a row names the commands that its alarm names', () => {
  const commandsOf = (said: string) => said.match(/cdk-paywall (?:[a-z]+ ?)+|aws sqs [a-z-]+/g) ?? [];
  for (const { id, description } of everyAlarm()) {
    const { cells = '' } = rows.find(({ name }) => name === id) ?? {};
    for (const command of commandsOf(description)) {
      expect({ id, cells }).toEqual({ id, cells: expect.stringContaining(command.trim()) });
    }
  }
});
