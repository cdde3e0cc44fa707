import fc from 'fast-check';
import { createRouter } from '../../../local/gateway/router';
import { method } from './harness';

function resourceFor(lines: string[], request: string): string | undefined {
  const [httpMethod = '', path = ''] = request.split(' ');
  const found = createRouter(lines.map((line) => method(line)))(httpMethod, path)?.method;
  return found && `${found.httpMethod} ${found.resourcePath}`;
}

describe('the most specific resource wins', () => {
  const lines = [
    'ANY /{proxy+}',
    'GET /items/{id}',
    'GET /items/special',
    'GET /items',
    'GET /items/{id}/{rest+}',
    'GET /',
  ];

  test.each([
    ['GET /', 'GET /'],
    ['POST /', undefined],
    ['GET /items', 'GET /items'],
    ['GET /items/', 'GET /items'],
    ['GET /items/special', 'GET /items/special'],
    ['GET /items/other', 'GET /items/{id}'],
    ['GET /items/special/more', 'GET /items/{id}/{rest+}'],
    ['GET /elsewhere/entirely', 'ANY /{proxy+}'],
  ])('%s is served by %s', (request, resource) => {
    expect(resourceFor(lines, request)).toBe(resource);
    expect(resourceFor(lines.toReversed(), request)).toBe(resource);
  });

  test('a method of that name comes before ANY on the same resource, and ANY there before a method elsewhere', () => {
    const some = ['ANY /items', 'GET /items', 'POST /{proxy+}'];
    expect(resourceFor(some, 'GET /items')).toBe('GET /items');
    expect(resourceFor(some, 'POST /items')).toBe('ANY /items');
  });

  test('a resource without the method is passed by', () => {
    expect(resourceFor(['GET /items', 'OPTIONS /{proxy+}'], 'OPTIONS /items')).toBe('OPTIONS /{proxy+}');
  });

  test('a parameter is not empty, and a greedy one has at least one segment', () => {
    expect(resourceFor(['GET /a/{id}/b'], 'GET /a//b')).toBeUndefined();
    expect(resourceFor(['GET /a/{proxy+}'], 'GET /a/')).toBeUndefined();
  });
});

describe('properties', () => {
  const segment = fc.stringMatching(/^[a-z%.]{1,4}$/);
  const path = fc.array(segment, { minLength: 1, maxLength: 4 });

  test('a resource of static segments is reached by its own path, whatever stands beside it', () => {
    fc.assert(
      fc.property(path, (segments) => {
        const literal = `/${segments.join('/')}`;
        const masked = `/${segments.map((_, index) => `{p${index}}`).join('/')}`;
        expect(resourceFor(['GET /{proxy+}', `GET ${masked}`, `GET ${literal}`], `GET ${literal}`)).toBe(
          `GET ${literal}`,
        );
      }),
    );
  });

  test('parameters hold the segments, and put together they are the path again', () => {
    fc.assert(
      fc.property(path, path, (head, tail) => {
        const resource = `/${head.map((_, index) => `{p${index}}`).join('/')}/{rest+}`;
        const route = createRouter([method(`GET ${resource}`)])('GET', `/${[...head, ...tail].join('/')}`);
        expect(Object.values(route?.rawPathParameters ?? {})).toEqual([...head, tail.join('/')]);
      }),
    );
  });

  test('any text as a path is answered without a throw', () => {
    const router = createRouter(['GET /', 'GET /a/{b}', 'ANY /{proxy+}'].map((line) => method(line)));
    fc.assert(
      fc.property(fc.string(), (text) => {
        router('GET', text);
      }),
    );
  });
});
