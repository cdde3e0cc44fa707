import { PATIENCE } from '../../support/patience';
import { checkAnyOrder, checkEveryChange } from './lifecycle';

test(
  'events that are lost, late, doubled and out of order end where Stripe’s objects are, once all have come',
  () => checkAnyOrder(20),
  PATIENCE,
);

test('each change of plan is a line of the ledger, and none mints units', () => checkEveryChange(15), PATIENCE);
