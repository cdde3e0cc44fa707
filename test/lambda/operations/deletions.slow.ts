import { operate } from '../../../lambda/operations/operate';
import { endingAfter } from '../adapters/clients';
import { Operators } from './operators';
import { itemsAbout, remove, wholeCustomer } from './whole-customer';

test('a deletion that is cut off after any of its requests is carried on with by the next', async () => {
  const operators = await Operators.open();
  try {
    let cut = 0;
    for (let writes = 1; cut === writes - 1; writes++) {
      const { customer, personal } = await wholeCustomer(operators);
      const mortal = operators.on(endingAfter(operators.stores.table.client, writes));
      const outcome = await operate(remove(customer), mortal, () => 600_000).catch(() => 'cut off');
      cut += outcome === 'cut off' ? 1 : 0;
      expect(await operators.answerTo(remove(customer))).toMatchObject({ customer });
      expect(await itemsAbout(operators, ...personal)).toEqual([]);
      expect(await operators.answerTo(remove(customer))).toMatchObject({ outcome: 'unchanged' });
    }
    expect(cut).toBeGreaterThan(10);
  } finally {
    await operators.stores.close();
  }
}, 120_000);
