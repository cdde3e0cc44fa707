import { MAX_REASON } from '../../lib/private/operations';
import type { DeleteAnswer } from '../../lib/private/operations-deletion';
import { deleteCustomer as erase } from '../domain/customer-deletion';
import type { Account } from '../domain/customers';
import { auditOf } from './actor';
import { iso } from './customer';
import { type OperationsDependencies, RefusedError } from './dependencies';
import { type Asked, requireLine } from './validation';

/** Deletes what is personal of a customer, for good. The ledger stays, under an id that names nobody. */
export async function deleteCustomer(
  { customer: named, reason, force, by }: Asked<'delete'>,
  dependencies: OperationsDependencies,
): Promise<DeleteAnswer> {
  if (reason !== undefined) {
    requireLine('reason', reason, MAX_REASON);
  }
  const audit = auditOf(by, dependencies);
  const { customers, deletions, arrivals, settled, clock } = dependencies;
  const customer = await findDeletable(named, dependencies);
  const begun = await deletions.find(customer);
  const account = await customers.account(customer);
  if (begun === undefined && force !== true) {
    refuseSubscriber(customer, account);
  }
  const change = { what: 'customer.deleted', ...(reason !== undefined && { reason }) };
  const at = begun?.at ?? clock();
  const outcome =
    begun?.isDone === true
      ? 'unchanged'
      : await audit.record(customer, change, () =>
          erase(customer, at, { deletions, arrivals, settled, account: (id) => customers.account(id) }),
        );
  if (outcome === 'back' || outcome === 'unknown') {
    throw new RefusedError(
      `customer ${customer} has come back by a token while he was deleted: ` +
        'take him out at the identity provider, or let his tokens end, and delete him again',
    );
  }
  return {
    customer,
    outcome,
    deletedAt: iso(at),
    stripeCustomer: account.stripeCustomer ?? null,
    subscription: account.subscription ?? null,
  };
}

/** Also one who is deleted already, so that a run which was cut off is carried on with. */
async function findDeletable(
  named: unknown,
  { customers, deletions }: Pick<OperationsDependencies, 'customers' | 'deletions'>,
): Promise<string> {
  const id = typeof named === 'string' && named.startsWith('cus_') ? await customers.customerOf(named) : named;
  const isKnown =
    typeof id === 'string' &&
    id !== '' &&
    ((await customers.balance(id)) !== undefined || (await deletions.find(id)) !== undefined);
  if (typeof id !== 'string' || !isKnown) {
    throw new RefusedError(`there is no customer ${JSON.stringify(named)}`);
  }
  return id;
}

function refuseSubscriber(customer: string, { subscription }: Account): void {
  if (subscription !== undefined) {
    throw new RefusedError(
      `customer ${customer} would go on paying for the subscription ${subscription}: cancel it at Stripe first ` +
        `(in its Dashboard, or \`stripe subscriptions cancel ${subscription}\`), and delete him once ` +
        '`customers show` names none; --force deletes him here all the same',
    );
  }
}
