import { MAX_BY } from '../../lib/private/operations';
import { Audit } from '../domain/audit';
import type { OperationsDependencies } from './dependencies';
import { requireLine } from './validation';

/** Writes changes down as those of the operator who asks for them. */
export function auditOf(by: unknown, { auditLog, clock }: OperationsDependencies): Audit {
  requireLine('by', by, MAX_BY);
  return new Audit(auditLog, { who: `operator ${by}`, from: 'cli' }, clock);
}
