import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of this package: two levels up from `lib/private` in a checkout, and from `dist/private` in the published package. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
  return String(version);
}
