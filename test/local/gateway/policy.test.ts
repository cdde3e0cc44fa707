import fc from 'fast-check';
import { evaluatePolicy, matchesWildcard, type PolicyStatement, parsePolicy } from '../../../local/gateway/policy';

const ARN = 'arn:aws:execute-api:us-east-1:000000000000:api1/prod/GET/items/7';

function statement(effect: 'Allow' | 'Deny', resource: string, action = 'execute-api:Invoke'): PolicyStatement {
  return { effect, actions: [action], resources: [resource] };
}

describe('evaluation', () => {
  test.each([
    ['nothing matches', [statement('Allow', 'arn:aws:execute-api:*:*:other/*')], 'implicitDeny'],
    ['there is nothing', [], 'implicitDeny'],
    ['an Allow matches', [statement('Allow', ARN)], 'allow'],
    ['a Deny matches after an Allow', [statement('Allow', '*'), statement('Deny', ARN)], 'explicitDeny'],
    ['a Deny matches before an Allow', [statement('Deny', ARN), statement('Allow', '*')], 'explicitDeny'],
    ['a Deny is about something else', [statement('Allow', '*'), statement('Deny', `${ARN}/more`)], 'allow'],
    ['the action is another', [statement('Allow', '*', 'execute-api:InvalidateCache')], 'implicitDeny'],
    ['the action is a wildcard', [statement('Allow', '*', '*')], 'allow'],
    ['the action is of the service', [statement('Allow', '*', 'execute-api:*')], 'allow'],
    ['the action is in another case', [statement('Allow', '*', 'execute-api:invoke')], 'allow'],
    ['the resource is in another case', [statement('Allow', ARN.toUpperCase())], 'implicitDeny'],
  ])('%s', (_, statements, decision) => {
    expect(evaluatePolicy({ statements }, ARN)).toBe(decision);
  });
});

describe('parsing', () => {
  test('one statement need not stand in a list', () => {
    const document = { Statement: { Effect: 'Allow', Action: ['a', 'b'], Resource: 'r', Sid: 's' } };
    expect(parsePolicy(document)).toEqual({ statements: [{ effect: 'Allow', actions: ['a', 'b'], resources: ['r'] }] });
  });

  test.each([
    ['no object', 'Allow'],
    ['no statement', { Version: '2012-10-17' }],
    ['a misspelt effect', { Statement: [{ Effect: 'allow', Action: '*', Resource: '*' }] }],
    ['no action', { Statement: [{ Effect: 'Allow', Resource: '*' }] }],
    ['a resource that is no text', { Statement: [{ Effect: 'Allow', Action: '*', Resource: [1] }] }],
    [
      'a condition, which is not evaluated',
      { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: {} }] },
    ],
  ])('%s is refused', (_, document) => {
    expect(parsePolicy(document)).toBeUndefined();
  });
});

describe('wildcards', () => {
  const letters = fc.stringMatching(/^[ab/]{0,8}$/);
  const patterns = fc.stringMatching(/^[ab/*?]{0,8}$/);

  test('agree with the same pattern as a regular expression', () => {
    fc.assert(
      fc.property(patterns, letters, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(matchesWildcard(pattern, text)).toBe(expression.test(text));
      }),
      { numRuns: 500 },
    );
  });

  test('every text matches itself, and with any part replaced by a star', () => {
    fc.assert(
      fc.property(letters, fc.nat(8), fc.nat(8), (text, from, length) => {
        expect(matchesWildcard(text, text)).toBe(true);
        expect(matchesWildcard(`${text.slice(0, from)}*${text.slice(from + length)}`, text)).toBe(true);
      }),
    );
  });

  test('a Deny is never outvoted', () => {
    const statements = fc.array(fc.tuple(fc.constantFrom('Allow' as const, 'Deny' as const), patterns), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(statements, letters, (list, text) => {
        const decision = evaluatePolicy(
          { statements: list.map(([effect, pattern]) => statement(effect, pattern)) },
          text,
        );
        const denied = list.some(([effect, pattern]) => effect === 'Deny' && matchesWildcard(pattern, text));
        expect(decision === 'explicitDeny').toBe(denied);
      }),
    );
  });

  test('many stars take no exponential time', () => {
    expect(matchesWildcard(`${'*a'.repeat(200)}b`, 'a'.repeat(5_000))).toBe(false);
  });
});
