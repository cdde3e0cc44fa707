import { type AwsJsonOperation, startAwsJsonServer } from '../../../local/store/aws-json-server';

const HEADERS = { 'x-amz-target': 'Service.Wait', authorization: 'AWS4-HMAC-SHA256 Credential=local' };

async function serving(operation: AwsJsonOperation) {
  return startAwsJsonServer({
    targetPrefix: 'Service',
    contentType: 'application/x-amz-json-1.0',
    operations: new Map([['Wait', operation]]),
  });
}

test('an operation is told when its caller hangs up before the answer', async () => {
  const caller = new AbortController();
  let told = (): void => undefined;
  const wasTold = new Promise<void>((resolve) => {
    told = resolve;
  });
  const server = await serving((_, gone) => {
    gone.addEventListener('abort', told);
    caller.abort();
    return wasTold;
  });
  const asking = fetch(server.url, { method: 'POST', headers: HEADERS, body: '{}', signal: caller.signal });
  await expect(asking).rejects.toThrow('aborted');
  await wasTold;
  await server.close();
});

test('and is not when he has his answer, though the connection is closed then', async () => {
  const signals: AbortSignal[] = [];
  const server = await serving((_, gone) => {
    signals.push(gone);
    return { done: true };
  });
  const headers = { ...HEADERS, connection: 'close' };
  const answer = await fetch(server.url, { method: 'POST', headers, body: '{}' });
  expect(await answer.json()).toEqual({ done: true });
  await server.close();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
});
