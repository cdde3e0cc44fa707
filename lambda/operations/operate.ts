import type { OperationResult } from '../../lib/private/operations';
import { type OperationsDependencies, RefusedError } from './dependencies';
import { grantUnits } from './grant';
import { showLedger } from './ledger';
import { replay } from './replay';
import type { AskedEvent } from './validation';

/** Does what an operator asks for. What he can mend is an answer; anything else is thrown. */
export async function operate(
  event: AskedEvent,
  dependencies: OperationsDependencies,
  millisLeft: () => number,
): Promise<OperationResult> {
  try {
    switch (event.operation) {
      case 'ledger':
        return { answer: await showLedger(event, dependencies) };
      case 'grant':
        return { answer: await grantUnits(event, dependencies) };
      case 'replay':
        return { answer: await replay(event, dependencies, millisLeft) };
      default:
        throw new RefusedError(`there is no operation ${JSON.stringify(event.operation)}`);
    }
  } catch (error) {
    if (error instanceof RefusedError) {
      return { refused: error.message };
    }
    throw error;
  }
}
