import type { Scenario, Step } from './scenario';

/**
 * The simplest scenario that still fails: fast-check would get there too, but it simplifies what it drew step by step, and these
 * scenarios take thousands of tries that way. Steps are left out first, the most at once, then each of the others is made smaller.
 */
export async function simplest(
  scenario: Scenario,
  fails: (candidate: Scenario) => Promise<boolean>,
): Promise<Scenario> {
  let best = scenario;
  const better = async (candidates: Iterable<Scenario>): Promise<boolean> => {
    for (const candidate of candidates) {
      if (await fails(candidate)) {
        best = candidate;
        return true;
      }
    }
    return false;
  };
  while ((await better(withFewerSteps(best))) || (await better(withSmallerSteps(best)))) {
    // Again, from the better one.
  }
  return best;
}

function* withFewerSteps(scenario: Scenario): Generator<Scenario> {
  const { steps } = scenario;
  for (let size = steps.length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < steps.length; from += size) {
      yield { ...scenario, steps: steps.toSpliced(from, size) };
    }
  }
}

function* withSmallerSteps(scenario: Scenario): Generator<Scenario> {
  for (const [index, step] of scenario.steps.entries()) {
    for (const smaller of smallerThan(step)) {
      yield { ...scenario, steps: scenario.steps.with(index, smaller) };
    }
  }
}

function* smallerThan(step: Step): Generator<Step> {
  if (step.kind !== 'call' && step.kind !== 'burst') {
    return;
  }
  for (const calls of [Math.floor(step.calls / 2), step.calls - 1].filter((count) => count >= 1)) {
    yield { ...step, calls };
  }
  for (const [index, { fate }] of step.writes.entries()) {
    if (fate !== 'done') {
      yield { ...step, writes: step.writes.with(index, { fate: 'done', late: 0 }) };
    }
  }
  if (step.kind === 'call' && step.cost > 1) {
    yield { ...step, cost: 1 };
  }
}
