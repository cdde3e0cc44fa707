import { readdirSync } from 'node:fs';
import { join } from 'node:path';

// For `npm run test:mutation`: to load each of these files anew takes longer than their tests, and it runs them a thousand times.
for (const file of readdirSync(__dirname).filter((name) => name.endsWith('.test.ts'))) {
  describe(file, () => {
    require(join(__dirname, file));
  });
}
