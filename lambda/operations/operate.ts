import type { OperationName, OperationResult, Operations } from '../../lib/private/operations';
import { listCustomers, openCustomer, showCustomer } from './customers';
import { deleteCustomer } from './delete';
import { type OperationsDependencies, RefusedError } from './dependencies';
import { grantUnits } from './grant';
import { importKeys } from './import';
import { listKeys, makeKey, replaceKey, takeKey } from './keys';
import { showLedger } from './ledger';
import { moveCustomer } from './move';
import { closeProbes, openProbes } from './probes';
import { replay } from './replay';
import { resumeCustomer, suspendCustomer } from './standing';
import type { AskedEvent } from './validation';

const OPERATIONS: { readonly [Name in OperationName]: Operation<Name> } = {
  ledger: showLedger,
  grant: grantUnits,
  replay,
  customers: listCustomers,
  customer: showCustomer,
  open: openCustomer,
  suspend: suspendCustomer,
  resume: resumeCustomer,
  move: moveCustomer,
  delete: deleteCustomer,
  keys: listKeys,
  createKey: makeKey,
  rotateKey: replaceKey,
  revokeKey: takeKey,
  import: importKeys,
  openProbes,
  closeProbes,
};

type Operation<Name extends OperationName> = (
  event: AskedEvent,
  dependencies: OperationsDependencies,
  millisLeft: () => number,
) => Promise<Operations[Name]['answer']>;

/** Does what an operator asks for. What he can mend is an answer; anything else is thrown. */
export async function operate(
  event: AskedEvent,
  dependencies: OperationsDependencies,
  millisLeft: () => number,
): Promise<OperationResult> {
  try {
    const { operation } = event;
    if (typeof operation !== 'string' || !Object.hasOwn(OPERATIONS, operation)) {
      throw new RefusedError(`there is no operation ${JSON.stringify(operation)}`);
    }
    return { answer: await OPERATIONS[operation as OperationName](event, dependencies, millisLeft) };
  } catch (error) {
    if (error instanceof RefusedError) {
      return { refused: error.message };
    }
    throw error;
  }
}
