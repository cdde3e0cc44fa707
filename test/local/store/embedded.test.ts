import { startStore } from '../../../local/store/store';
import { clientOf } from './client';
import { describeDynamoDbContract } from './contract';

describeDynamoDbContract('the embedded store', async () => {
  const store = await startStore({ tables: [] });
  const client = clientOf(store.url);
  return {
    client,
    close: async () => {
      client.destroy();
      await store.close();
    },
  };
});
