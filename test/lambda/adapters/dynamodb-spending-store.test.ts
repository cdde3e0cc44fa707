import { DynamoDbError } from '../../../lambda/adapters/dynamodb-lean/errors';
import { DynamoDbSpendingStore } from '../../../lambda/adapters/dynamodb-spending-store';
import { StoreBusyError } from '../../../lambda/domain/charge';
import { NOW } from '../fixtures';
import { request } from './stores';

function refusingWith(error: Error) {
  const store = new DynamoDbSpendingStore({ updateItem: () => Promise.reject(error) }, 'table');
  return store.spend(request('c1'), NOW);
}

test.each(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'])(
  '%s means that the balance takes no more writes for now',
  async (name) => {
    const throttled = new DynamoDbError(name, 'Throughput exceeds the current capacity', 400, 'request-1');
    await expect(refusingWith(throttled)).rejects.toThrow(StoreBusyError);
    // The operator finds DynamoDB's own words, and its request id.
    await expect(refusingWith(throttled)).rejects.toMatchObject({ message: throttled.message, cause: throttled });
  },
);

test.each(['InternalServerError', 'ResourceNotFoundException'])('%s stays what it is', async (name) => {
  const failure = new DynamoDbError(name, 'no', 500, undefined);
  await expect(refusingWith(failure)).rejects.toBe(failure);
});
