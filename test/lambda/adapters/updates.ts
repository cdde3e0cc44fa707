import { LeanItemUpdates } from '../../../lambda/adapters/dynamodb-lean/item-updates';
import type { Items } from '../../../lambda/adapters/dynamodb-update';
import { SdkItemUpdates } from '../../../lambda/adapters/sdk-item-updates';
import type { TestTable } from './table';

export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export function viaSdk({ client }: TestTable): Items {
  return new SdkItemUpdates(client);
}

export function viaLeanClient({ url }: TestTable): Items {
  return new LeanItemUpdates({
    region: 'us-east-1',
    endpoint: new URL(url),
    credentials: () => CREDENTIALS,
    // What is promised here must not depend on how busy the machine is.
    timeouts: { connect: 20_000, response: 20_000, total: 40_000 },
  });
}
