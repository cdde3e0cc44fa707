import { termsOf } from '../../../lambda/domain/route-of-path';

const API = {
  costs: {
    'POST /items/{id}': 5,
    'ANY /items/{id}': 2,
    'GET /items/new': 3,
    'ANY /reports/*': 7,
    'GET /files/{path+}': 4,
    'POST /chat': { estimate: 100 },
  },
  routePlans: { 'GET /items/{id}': ['pro'], 'ANY /reports/*': ['max'] },
};

test.each([
  ['POST', '/items/1', 5, undefined],
  ['GET', '/items/1', 2, ['pro']],
  ['GET', '/items/new', 3, ['pro']],
  ['GET', '/items/1/', 2, ['pro']],
  ['GET', '/items/1/parts', 1, undefined],
  ['PUT', '/reports/2026/11', 7, ['max']],
  ['GET', '/reports', 1, undefined],
  ['GET', '/files/a/b/c', 4, undefined],
  ['POST', '/chat', 100, undefined],
  ['GET', '/chat', 1, undefined],
  ['GET', '/', 1, undefined],
])('%s %s costs what the closest route that is named costs', (method, path, cost, plans) => {
  expect(termsOf(API, method, path)).toEqual({ cost, plans });
});
