import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const BUNDLE = join(__dirname, '../../../assets/authorizer/index.js');

test('the authorizer’s bundle stays small, as every cold start loads it', () => {
  expect(statSync(BUNDLE).size).toBeLessThanOrEqual(60 * 1024);
});

test('the authorizer’s bundle has no AWS SDK in it, and takes none from the runtime', () => {
  expect(readFileSync(BUNDLE, 'utf8')).not.toMatch(/@aws-sdk|@smithy|aws-sdk-js/);
});

test('what verifies tokens lies beside it, so that only those load it who need it', () => {
  expect(readFileSync(BUNDLE, 'utf8')).not.toContain('cognito-idp');
  expect(readFileSync(join(BUNDLE, '..', 'tokens.js'), 'utf8')).toContain('cognito-idp');
  expect(statSync(join(BUNDLE, '..', 'tokens.js')).size).toBeLessThanOrEqual(40 * 1024);
});

test('what pays lies beside it too, and has no SDK either', () => {
  const sibling = join(BUNDLE, '..', 'agent-payments.js');
  expect(readFileSync(BUNDLE, 'utf8')).not.toContain('malformed-credential",detail');
  expect(readFileSync(sibling, 'utf8')).toContain('malformed-credential",detail');
  expect(readFileSync(sibling, 'utf8')).not.toMatch(/@aws-sdk|@smithy|aws-sdk-js|api\.stripe\.com/);
  expect(statSync(sibling).size).toBeLessThanOrEqual(20 * 1024);
});
