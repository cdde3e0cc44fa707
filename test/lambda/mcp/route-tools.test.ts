import fc from 'fast-check';
import { argumentsOf, callOf, inputSchemaOf } from '../../../lambda/mcp/routes/arguments';
import { operationsOf } from '../../../lambda/mcp/routes/operations';
import { routeTools } from '../../../lambda/mcp/routes/route-tools';

function document(paths: object, others: object = {}) {
  return { openapi: '3.1.0', paths: paths as Record<string, unknown>, ...others };
}

function operation(path: string, item: object, others: object = {}) {
  const [found] = operationsOf(document({ [path]: item }, others), 'billing');
  if (found === undefined) {
    throw new Error('no operation');
  }
  return found;
}

function names(paths: object, taken: string[] = []): string[] {
  return routeTools(document(paths), 'billing', taken).map(({ definition }) => definition.name);
}

describe('the tools of a document', () => {
  test('are named by their operations, within what a name may be, and no two the same', () => {
    const long = 'x'.repeat(80);
    const paths = {
      '/a': { get: { operationId: 'list plans!' }, post: { operationId: 'list_plans' } },
      '/b/{id}': { get: {}, delete: { operationId: '…' } },
      '/c': { get: { operationId: long }, put: { operationId: long } },
    };
    const found = names(paths, ['list_plans']);
    expect(found.slice(0, 4)).toEqual(['list_plans_2', 'list_plans_3', 'get_b_id', 'delete']);
    expect(found.slice(4)).toEqual(['x'.repeat(64), `${'x'.repeat(62)}_2`]);
    expect(found.every((name) => /^[A-Za-z0-9_-]{1,64}$/.test(name))).toBe(true);
  });

  test('are not of open routes, billing routes, preflights, or of what is none', () => {
    const paths = {
      '/open': { get: { security: [] } },
      '/billing/usage': { get: {} },
      '/billing': { get: {} },
      '/x': { options: {}, parameters: [], get: { operationId: 'x' }, post: 'nothing', summary: 'X' },
      'x-extension': { get: {} },
      '/null': null,
    };
    expect(names(paths)).toEqual(['x']);
  });

  test('say what they do, by their method', () => {
    const [get, put, post] = routeTools(document({ '/a': { get: {}, put: {}, post: {} } }), 'billing', []).map(
      ({ definition }) => definition.annotations,
    );
    expect(get).toMatchObject({ readOnlyHint: true, destructiveHint: false, idempotentHint: true });
    expect(put).toMatchObject({ readOnlyHint: false, destructiveHint: true, idempotentHint: true });
    expect(post).toMatchObject({ readOnlyHint: false, destructiveHint: true, idempotentHint: false });
  });
});

describe('the schema of a tool', () => {
  test('holds what it refers to, also what refers to itself', () => {
    const components = {
      parameters: { Page: { name: 'page', in: 'query', schema: { type: 'integer' } } },
      schemas: { Tree: { type: 'object', properties: { next: { $ref: '#/components/schemas/Tree' } } } },
    };
    const found = operation(
      '/trees',
      {
        post: {
          parameters: [{ $ref: '#/components/parameters/Page' }, { $ref: 'https://evil.example/x' }],
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Tree' } } },
          },
        },
      },
      { components },
    );
    expect(inputSchemaOf(found)).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: { page: { type: 'integer' }, body: { $ref: '#/$defs/Tree' } },
      required: ['body'],
      $defs: { Tree: { type: 'object', properties: { next: { $ref: '#/$defs/Tree' } } } },
    });
  });

  test('tells apart what has one name, and takes from the path what the path names', () => {
    const found = operation('/a/{id}/{rest+}', {
      parameters: [{ name: 'id', in: 'query' }],
      get: {
        parameters: [
          { name: 'elsewhere', in: 'path' },
          { name: 'id', in: 'path', description: 'Which.' },
        ],
      },
    });
    expect(argumentsOf(found).map(({ argument, required }) => [argument, required])).toEqual([
      ['query_id', false],
      ['path_id', true],
      ['rest', true],
    ]);
  });

  test.each([
    'Authorization',
    'X-Api-Key',
    'Host',
    'Connection',
    'Cookie',
    'Content-Length',
    'Transfer-Encoding',
    'X-Forwarded-For',
    'X-Amz-Security-Token',
    'Payment-Authorization',
    'Proxy-Authorization',
  ])('has no argument for %s', (name) => {
    const found = operation('/a', {
      get: {
        parameters: [
          { name, in: 'header' },
          { name: 'X-Trace', in: 'header' },
        ],
      },
    });
    expect(argumentsOf(found).map(({ argument }) => argument)).toEqual(['X-Trace']);
  });
});

describe('the call that arguments make', () => {
  const item = operation('/items/{id}/parts/{rest+}', {
    post: {
      parameters: [
        { name: 'tag', in: 'query', schema: { type: 'array' } },
        { name: 'X-Trace', in: 'header' },
      ],
      requestBody: { content: { 'application/json': {} } },
    },
  });
  const make = (args: object) => callOf(item, { id: '1', rest: 'a/b', ...args }, 'billing');

  test('has each argument in its place', () => {
    expect(make({ id: 'ä b/?#', tag: ['x', 'y&z'], 'X-Trace': 't1', body: { a: [1] } })).toEqual({
      method: 'POST',
      path: '/items/%C3%A4%20b%2F%3F%23/parts/a/b?tag=x&tag=y%26z',
      headers: { accept: 'application/json, */*;q=0.8', 'x-trace': 't1', 'content-type': 'application/json' },
      body: Buffer.from('{"a":[1]}'),
    });
  });

  test.each([
    [{ id: '..' }, 'no segment . or ..'],
    [{ id: '.' }, 'no segment . or ..'],
    [{ id: '' }, 'must not be empty'],
    [{ rest: 'a/../../../billing/usage' }, 'no segment . or ..'],
    [{ rest: '/evil.example' }, 'no empty segment'],
    [{ 'X-Trace': 'a\r\nx-api-key: stolen' }, 'printable ASCII'],
  ])('is none for %j', (args, fault) => {
    expect(make(args)).toEqual({ fault: expect.stringContaining(fault) });
  });

  test('is none of another host’s, another route’s or the billing routes’, whatever the arguments are', () => {
    const open = operation('/{any+}', { get: {} });
    const nasty = fc.array(
      fc.constantFrom('/', '.', '..', '\\', '@', ':', '?', '#', '%2e', 'billing', 'a', '\n', 'ü'),
      {
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(nasty, nasty, (first, second) => {
        const [id, rest] = [first.join(''), second.join('')];
        for (const [made, shape] of [
          [make({ id, rest }), /^\/prod\/items\/[^/]+\/parts\/.+/],
          [callOf(open, { any: rest }, 'billing'), /^\/prod\/(?!billing(\/|$)).+/],
        ] as const) {
          if (!('fault' in made)) {
            const url = new URL(`https://api.example.com/prod${made.path}`);
            expect(url.origin).toBe('https://api.example.com');
            expect(url.pathname).toMatch(shape);
            expect(url.search + url.hash).toBe('');
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
