import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { EpochSeconds } from '../domain/clock';
import {
  type DayUsage,
  dateOf,
  dayOf,
  dayOfDate,
  larger,
  OTHER_ROUTES,
  type UsageHistory,
  usageByDay,
} from '../domain/usage';
import { getBalance, getItem } from './dynamodb-customer-store';
import { type Item, Key, numbersOf, text } from './dynamodb-items';
import { countersOf } from './dynamodb-usage-counters';

/** What customers have used, in DynamoDB: days that are over are items, and the last ones stand beside the balance. */
export class DynamoDbUsageHistory implements UsageHistory {
  /** What routes are called, by their codes, which never change. */
  private readonly routes = new Map<string, string>();

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  public async days(customer: string, first: number, now: EpochSeconds): Promise<readonly DayUsage[]> {
    // The balance first: a day that is moved meanwhile is then in both, and never in neither.
    const balance = await getBalance(this.client, this.table, customer);
    const days = larger(usageByDay(countersOf(balance ?? {}, dayOf(now))), await this.items(customer, first));
    const shown = days.filter(({ day }) => day >= first);
    const codes = new Set(shown.flatMap(({ routes }) => Object.keys(routes)));
    await Promise.all([...codes].map((code) => this.learn(code)));
    return shown
      .map(({ day, routes }) => {
        const named = this.named(routes);
        return { day, routes: named, units: Object.values(named).reduce((sum, units) => sum + units, 0) };
      })
      .filter(({ units }) => units > 0);
  }

  private async items(customer: string, first: number): Promise<DayUsage[]> {
    const days: DayUsage[] = [];
    let start: Item | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.client.send(
        new QueryCommand({
          TableName: this.table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: {
            ':pk': text(`CUSTOMER#${customer}`),
            ':first': text(`USAGE#${dateOf(first)}`),
            ':last': text('USAGE#9999-12-31'),
          },
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
      );
      days.push(...Items.map(toDayUsage));
      start = LastEvaluatedKey;
    } while (start !== undefined);
    return days;
  }

  private async learn(code: string): Promise<void> {
    if (code === OTHER_ROUTES || this.routes.has(code)) {
      return;
    }
    const route = (await getItem(this.client, this.table, Key.route(code)))?.route?.S;
    if (route !== undefined) {
      this.routes.set(code, route);
    }
  }

  private named(routes: DayUsage['routes']): Record<string, number> {
    const named: Record<string, number> = {};
    for (const [code, units] of Object.entries(routes)) {
      // One whose name was not noted, as the environment ended that came to it first.
      const route = this.routes.get(code) ?? OTHER_ROUTES;
      named[route] = (named[route] ?? 0) + units;
    }
    // Less than nothing is what came back on a day after the one on which it was used.
    return Object.fromEntries(Object.entries(named).filter(([, units]) => units > 0));
  }
}

function toDayUsage({ sk, units, routes }: Item): DayUsage {
  return {
    day: dayOfDate(sk?.S?.slice('USAGE#'.length) ?? ''),
    units: Number(units?.N),
    routes: numbersOf(routes?.M ?? {}),
  };
}
