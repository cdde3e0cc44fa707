import type { LambdaClient } from '@aws-sdk/client-lambda';
import { LambdaEnvironments } from '../../../lambda/adapters/lambda-environments';

interface Configuration {
  LastUpdateStatus: string;
  LastUpdateStatusReason?: string;
  RevisionId: string;
  Environment?: { Variables: Record<string, string> };
}

/** A function's configuration, whose updates take so many looks. */
function lambda(present: Configuration, looks: number, onUpdate: (count: number) => void = () => undefined) {
  const asked: string[] = [];
  let [under, updates] = [0, 0];
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    asked.push(command.constructor.name.replace('Command', ''));
    expect(command.input.FunctionName).toBe('Authorizer');
    if (command.constructor.name === 'GetFunctionConfigurationCommand') {
      if (under > 0 && --under === 0) {
        present.LastUpdateStatus = 'Successful';
      }
      return { ...present };
    }
    onUpdate(++updates);
    if (command.input.RevisionId !== present.RevisionId) {
      throw Object.assign(new Error('changed since'), { name: 'PreconditionFailedException' });
    }
    const { Environment } = command.input as unknown as Configuration;
    Object.assign(present, { Environment, RevisionId: `${present.RevisionId}+`, LastUpdateStatus: 'InProgress' });
    under = looks;
    return {};
  };
  return { client: { send } as unknown as LambdaClient, asked, present };
}

const settings = (): Configuration => ({
  LastUpdateStatus: 'Successful',
  RevisionId: '1',
  Environment: { Variables: { PAYWALL_TABLE_NAME: 'table' } },
});

const noPause = async () => undefined;

test('one variable is changed, the others stay, and it is waited for until that is through', async () => {
  const { client, asked, present } = lambda(settings(), 3);
  await new LambdaEnvironments(client, 'Authorizer', noPause).renew();
  expect(present.LastUpdateStatus).toBe('Successful');
  expect(present.Environment?.Variables).toEqual({
    PAYWALL_TABLE_NAME: 'table',
    PAYWALL_REVOKED_AT: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
  expect(asked).toEqual([
    'GetFunctionConfiguration',
    'UpdateFunctionConfiguration',
    ...Array.from({ length: 3 }, () => 'GetFunctionConfiguration'),
  ]);
});

test('what somebody else has changed in the meantime is not overwritten', async () => {
  const { client, present } = lambda(settings(), 1, (count) => {
    if (count === 1) {
      Object.assign(present, { RevisionId: '2', Environment: { Variables: { PAYWALL_TABLE_NAME: 'other' } } });
    }
  });
  await new LambdaEnvironments(client, 'Authorizer', noPause).renew();
  expect(present.Environment?.Variables).toMatchObject({
    PAYWALL_TABLE_NAME: 'other',
    PAYWALL_REVOKED_AT: expect.any(String),
  });
});

test('an update that fails, or does not end, or is refused, is told of', async () => {
  const failed = lambda({ ...settings(), LastUpdateStatus: 'Failed', LastUpdateStatusReason: 'no room' }, 1);
  await expect(new LambdaEnvironments(failed.client, 'Authorizer', noPause).renew()).rejects.toThrow(
    'the function Authorizer could not be updated: no room',
  );
  const endless = lambda(settings(), Number.POSITIVE_INFINITY);
  await expect(new LambdaEnvironments(endless.client, 'Authorizer', noPause).renew()).rejects.toThrow('did not end');
  const denied = lambda(settings(), 1, () => {
    throw Object.assign(new Error('not yours'), { name: 'AccessDeniedException' });
  });
  await expect(new LambdaEnvironments(denied.client, 'Authorizer', noPause).renew()).rejects.toThrow('not yours');
});
