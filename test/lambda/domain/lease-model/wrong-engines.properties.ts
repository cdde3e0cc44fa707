import { check } from './check';
import type { Engine } from './environment';
import { whatever } from './scenario';
import { countsAgain, forgetsBoughtUnits, givesBack, takesErrorsForAnswers } from './wrong-engines';

describe('the property finds out an engine that is wrong, and tells it as a short story', () => {
  test.each<[string, Engine, RegExp]>([
    ['gives leftovers back by an ADD', givesBack, /ever credited/],
    ['takes a lost answer for a yes', takesErrorsForAnswers, /came from nowhere|ever credited/],
    ['lets bought units end with the period', forgetsBoughtUnits, /bought units ended with a period/],
    ['counts units again that may be counted', countsAgain, /units are counted/],
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
