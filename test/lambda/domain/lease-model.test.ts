import { check } from './lease-model/check';
import { type Engine, engine } from './lease-model/environment';
import { quiet, whatever } from './lease-model/scenario';
import { forgetsBoughtUnits, givesBack, takesErrorsForAnswers } from './lease-model/wrong-engines';

test('without faults, every unit is granted, left or held: none appears, none is lost', async () => {
  await check(quiet, engine, { runs: 100 });
});

test('with throttling, lost answers, writes done twice, crashes, periods and clocks that are minutes wrong, no unit is granted that was not credited', async () => {
  await check(whatever, engine, { runs: 200 });
});

describe('an engine that is wrong is found out, and the story of it is short', () => {
  test.each<[string, Engine, RegExp]>([
    ['gives leftovers back by an ADD', givesBack, /ever credited/],
    ['takes a lost answer for a yes', takesErrorsForAnswers, /came from nowhere/],
    ['lets bought units end with the period', forgetsBoughtUnits, /bought units ended with a period/],
  ])('one that %s', async (_, wrong, message) => {
    const story = await check(whatever, wrong, { seed: 1, runs: 2_000 }).then(
      () => 'nothing was found',
      (error: Error) => error.message,
    );
    expect(story).toMatch(message);
    // The last thing that happened, and the few that led to it.
    expect(story.match(/^\d+\. /gm)?.length).toBeLessThanOrEqual(12);
  });
});
