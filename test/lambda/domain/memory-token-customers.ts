import type { Balance, OpeningBalance } from '../../../lambda/domain/balance';
import type { TokenCustomers } from '../../../lambda/domain/customers';

/** Customers in memory: each method runs to its end before another begins, as one DynamoDB write does. */
export class MemoryTokenCustomers implements TokenCustomers {
  public opened = 0;
  public replaced = 0;

  constructor(private readonly balances: Map<string, Balance>) {}

  public async open(customer: string, opening: OpeningBalance): Promise<void> {
    if (!this.balances.has(customer)) {
      this.opened++;
      this.balances.set(customer, { ...opening, keys: {}, keyExpiries: {}, surrogateKeys: [] });
    }
  }

  public async replace(customer: string, read: Balance, next: Balance): Promise<void> {
    if (this.balances.get(customer) === read) {
      this.replaced++;
      this.balances.set(customer, next);
    }
  }
}
