import { jsonPath } from '../../../local/gateway/json-path';

const document = { a: { 'b-c': [1, { d: 2 }, { d: 3 }] }, 'x y': null };

test.each([
  ['$', document],
  ["$.a['b-c'][1].d", 2],
  ['$["x y"]', null],
  ['$.a.b-c[0]', 1],
  ['$.a.b-c[*].d', [2, 3]],
  ['$.a.*', [[1, { d: 2 }, { d: 3 }]]],
  ['$.none.at.all', undefined],
  ['$.constructor', undefined],
])('%s', (path, value) => {
  expect(jsonPath(document, path)).toEqual(value);
});

test.each(['$..d', '$.a[?(@.d)]', 'a'])('%s is refused', (path) => {
  expect(() => jsonPath(document, path)).toThrow(path);
});
