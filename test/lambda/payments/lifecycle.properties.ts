import { checkAnyOrder, checkEveryChange } from './lifecycle';

jest.setTimeout(600_000);

test('whatever comes of a customer’s events, he ends where Stripe’s objects are', () => checkAnyOrder(400));

test('each change of plan is a line of the ledger, and none mints units', () => checkEveryChange(300));
