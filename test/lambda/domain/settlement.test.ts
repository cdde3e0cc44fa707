import { describeSettlements } from '../adapters/describe-settlements';
import { balance } from '../fixtures';
import { endingAfter, MemorySettlementStore } from './memory-settlement-store';
import { MemorySpendingStore } from './memory-spending-store';

describeSettlements('memory', 200, () => {
  const spending = new MemorySpendingStore();
  const settlements = new MemorySettlementStore(spending);
  let last = 0;
  return {
    spending,
    settlements,
    endingAfter: (writes) => endingAfter(settlements, writes),
    customerWith: async (overrides) => {
      const customer = `customer${++last}`;
      spending.balances.set(customer, balance(overrides));
      return customer;
    },
    balanceOf: async (customer) => spending.balances.get(customer) ?? balance({ remaining: Number.NaN }),
    credit: async (customer, units) => spending.credit(customer, units),
  };
});
