import { describeSpendingStore } from '../adapters/describe-spending-store';
import { MemorySpendingStore } from './memory-spending-store';

describeSpendingStore('memory', () => {
  const store = new MemorySpendingStore();
  return {
    store,
    put: async (balance) => {
      store.balances.set('customer1', balance);
      return 'customer1';
    },
    balanceOf: async (customer) => store.balances.get(customer),
  };
});
