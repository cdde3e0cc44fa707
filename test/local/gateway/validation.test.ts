import { method, startGateway, TestServer } from './harness';

afterEach(() => TestServer.closeAll());

const requestParameters = {
  'method.request.querystring.q': true,
  'method.request.header.X-Required': true,
  'method.request.header.X-Optional': false,
  'method.request.path.id': true,
};

test('required parameters that are missing or blank are named, in AWS’s order', async () => {
  const { server, lambda } = await startGateway({ methods: [method('GET /items/{id}', { requestParameters })] });

  const answer = await server.call('GET /prod/items/1?q=%20');

  expect([answer.status, answer.body]).toEqual([
    400,
    '{"message":"Missing required request parameters: [X-Required, q]"}',
  ]);
  expect(answer.headers['x-amzn-errortype']).toBe('BadRequestException');
  expect(lambda.events).toEqual([]);
});

test('with all of them the call goes through, and a header of another case is another header', async () => {
  const { server } = await startGateway({ methods: [method('GET /items/{id}', { requestParameters })] });

  expect((await server.call('GET /prod/items/1?q=x', { headers: { 'X-Required': 'x' } })).status).toBe(200);
  expect((await server.call('GET /prod/items/1?q=x', { headers: { 'x-required': 'x' } })).status).toBe(400);
});
