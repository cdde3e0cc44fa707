import {
  type CloseProbesAnswer,
  MAX_PROBES,
  type OpenProbesAnswer,
  PROBE_LIFE,
  type Probe,
} from '../../lib/private/operations-doctor';
import type { ProbeBalance } from '../adapters/dynamodb-probes';
import { hashApiKey, newApiKey, newCustomerId } from '../domain/api-key';
import { findPlan, openingBalance } from '../domain/balance';
import { auditOf } from './actor';
import { type OperationsDependencies, RefusedError } from './dependencies';
import type { Asked } from './validation';

/** Seconds: no period ends while a probe is there, which would give it units. */
const PERIOD = 3_600;

/**
 * Makes customers whom API Gateway refuses, one for each way: so it can be seen how it does that, and no call of theirs reaches a backend.
 * Their keys end within minutes.
 */
export async function openProbes(
  { by }: Asked<'openProbes'>,
  dependencies: OperationsDependencies,
): Promise<OpenProbesAnswer> {
  const { catalogue, clock, newLinkSecret, mode } = dependencies;
  const audit = auditOf(by, dependencies);
  const [now, keyMode] = [clock(), await mode()];
  // Without a limit, units that are used up would be there again at once.
  const limited = catalogue.plans.filter(({ quota }) => quota.units !== undefined);
  const plan = limited.find(({ quota }) => quota.period !== 'once') ?? limited[0];
  const states: readonly Probe['state'][] =
    plan === undefined ? ['lapsed', 'suspended'] : ['lapsed', 'exhausted', 'suspended'];
  const probes: Probe[] = [];
  for (const state of states) {
    const customer = newCustomerId();
    const { text, key } = newApiKey(keyMode, customer);
    const opening = openingBalance(plan ?? findPlan(catalogue, catalogue.defaultPlan), now, newLinkSecret());
    const balance: ProbeBalance = {
      ...opening,
      ...STANDINGS[state](now),
      remaining: 0,
      periodEnd: Math.max(opening.periodEnd, now + PERIOD),
      keyId: key.keyId,
      keyHash: hashApiKey(text),
      keyEndsAt: now + PROBE_LIFE,
    };
    await audit.record(customer, { what: 'probe.opened', state }, async () => {
      await dependencies.probes.open(customer, balance);
      return 'opened';
    });
    probes.push({ state, customer, apiKey: text });
  }
  return { probes };
}

const STANDINGS: { readonly [State in Probe['state']]: (now: number) => Partial<ProbeBalance> } = {
  lapsed: (now) => ({ standing: 'grace', graceEndsAt: now - 1 }),
  exhausted: () => ({}),
  suspended: () => ({ standing: 'suspended' }),
};

/** Takes probes away; a customer who is none is left alone. */
export async function closeProbes(
  { customers, by }: Asked<'closeProbes'>,
  dependencies: OperationsDependencies,
): Promise<CloseProbesAnswer> {
  if (!Array.isArray(customers) || customers.length > MAX_PROBES || !customers.every((id) => typeof id === 'string')) {
    throw new RefusedError(`\`customers\` must be at most ${MAX_PROBES} ids, got: ${JSON.stringify(customers)}`);
  }
  const audit = auditOf(by, dependencies);
  let closed = 0;
  for (const customer of customers) {
    if (await dependencies.probes.close(customer)) {
      closed += 1;
      await audit.record(customer, { what: 'probe.closed' }, async () => 'closed');
    }
  }
  return { closed };
}
