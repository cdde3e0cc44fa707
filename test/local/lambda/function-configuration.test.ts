import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import { type LocalLambda, startLambda } from '../../../local/lambda/lambda';
import { startQueues } from '../../../local/queues/queues';
import { Functions } from './functions';

const functions = new Functions();
const closing: (() => unknown)[] = [];

let lambda: LocalLambda;
let client: LambdaClient;
let name: string;

beforeAll(async () => {
  const fn = functions.define(
    `let calls = 0;
     exports.handler = async ({ wait = 0 }) => {
       calls += 1;
       const answer = { calls, colour: process.env.COLOUR, added: process.env.ADDED };
       await new Promise((resolve) => setTimeout(resolve, wait));
       return answer;
     };`,
    { environment: { COLOUR: 'red' } },
  );
  name = fn.name;
  const queues = await startQueues();
  lambda = await startLambda({
    functions: [fn],
    environment: { ADDED: 'here' },
    queues,
    onLog: () => undefined,
    report: () => undefined,
  });
  client = new LambdaClient({
    endpoint: lambda.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  closing.push(() => client.destroy(), lambda.close, queues.close);
});

afterAll(async () => {
  for (const close of closing) {
    await close();
  }
  await functions.clean();
});

async function invoke(event: object = {}) {
  const { Payload } = await client.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }));
  return JSON.parse(Payload?.transformToString() ?? '');
}

const read = () => client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
const update = (input: Partial<UpdateFunctionConfigurationCommandInput>) =>
  client.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, ...input }));

test('a function begins anew with other variables, and finishes what it is at with those that it had', async () => {
  // GIVEN a function that is warm, and at something
  expect(await invoke()).toEqual({ calls: 1, colour: 'red', added: 'here' });
  const before = await read();
  expect(before).toMatchObject({ LastUpdateStatus: 'Successful', Environment: { Variables: { COLOUR: 'red' } } });
  const busy = invoke({ wait: 500 });
  await new Promise((resolve) => setTimeout(resolve, 100));

  // WHEN its variables are changed
  const Variables = { ...before.Environment?.Variables, COLOUR: 'blue' };
  const after = await update({ RevisionId: before.RevisionId, Environment: { Variables } });

  // THEN nothing that begins from now on meets an environment that has begun before
  expect(after).toMatchObject({ LastUpdateStatus: 'Successful', Environment: { Variables: { COLOUR: 'blue' } } });
  expect(await invoke()).toEqual({ calls: 1, colour: 'blue', added: 'here' });
  expect(await busy).toEqual({ calls: 2, colour: 'red', added: 'here' });
  expect(await invoke()).toEqual({ calls: 2, colour: 'blue', added: 'here' });
  expect(await invoke()).toEqual({ calls: 3, colour: 'blue', added: 'here' });
});

test('a change of what somebody else has changed since is refused, and so is what only the template can say', async () => {
  const { RevisionId } = await read();
  await update({ RevisionId, Environment: { Variables: { COLOUR: 'green' } } });
  await expect(update({ RevisionId, Environment: { Variables: {} } })).rejects.toMatchObject({
    name: 'PreconditionFailedException',
    $metadata: { httpStatusCode: 412 },
  });
  await expect(update({ Timeout: 9 })).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining('got: Timeout'),
  });
  await expect(update({ Environment: { Variables: { 'not-one': '1' } } })).rejects.toThrow('got: not-one');
  expect((await invoke()).colour).toBe('green');
});

test('of a function that there is not, nothing is told', async () => {
  await expect(client.send(new GetFunctionConfigurationCommand({ FunctionName: 'none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
