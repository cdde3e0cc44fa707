import { type Balance, inNextPeriod } from '../../../lambda/domain/balance';
import { type ChargeRequest, explain, type SpendingStore, type SpendOutcome } from '../../../lambda/domain/charge';

/** Balances in memory: each method runs to its end before another begins, as one DynamoDB write does. */
export class MemorySpendingStore implements SpendingStore {
  public readonly balances = new Map<string, Balance>();
  public writes = 0;
  /** How many periods were begun. */
  public periods = 0;

  public async spend(request: ChargeRequest, now: number): Promise<SpendOutcome> {
    this.writes++;
    const balance = this.balances.get(request.customer);
    if (balance === undefined || explain(balance, request, now) !== undefined) {
      return { spent: false, balance };
    }
    const after = { ...balance, remaining: balance.remaining - request.cost };
    this.balances.set(request.customer, after);
    return { spent: true, balance: after };
  }

  public async rollOver(customer: string, ended: number, included: number, next: number): Promise<void> {
    this.writes++;
    const balance = this.balances.get(customer);
    if (balance?.periodEnd === ended) {
      this.periods++;
      this.balances.set(customer, { ...inNextPeriod(balance, included), periodStart: ended, periodEnd: next });
    }
  }

  /** What a payment does. */
  public credit(customer: string, units: number): void {
    const balance = this.balances.get(customer);
    if (balance !== undefined) {
      this.balances.set(customer, {
        ...balance,
        remaining: balance.remaining + units,
        credits: balance.credits + units,
      });
    }
  }
}
