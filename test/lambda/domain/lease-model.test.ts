import { check } from './lease-model/check';
import { engine } from './lease-model/environment';
import { quiet, whatever } from './lease-model/scenario';

test('without faults, every unit is granted, left or held: none appears, none is lost', async () => {
  await check(quiet, engine, { runs: 100 });
});

test('with throttling, lost answers, writes done twice, crashes, periods and clocks that are minutes wrong, no unit is granted that was not credited', async () => {
  await check(whatever, engine, { runs: 200 });
});
