import { type APIGatewayClient, GetApiKeysCommand } from '@aws-sdk/client-api-gateway';
import { number } from '../output';
import { asking, type Finding, ok, warning } from './finding';

/** What API Gateway holds in a Region, which cannot be raised. */
const CEILING = 10_000;

/** From here on it is said. */
const NEAR = 9_000;

/** The most that API Gateway lists at once. */
const PAGE = 500;

/** How near the Region's API keys are to what it holds: customers whose plan has a throttle get one each. */
export function checkApiKeys(client: Pick<APIGatewayClient, 'send'>): Promise<Finding> {
  return asking('api-keys', 'apigateway:GET on /apikeys', async () => {
    let [count, position]: [number, string | undefined] = [0, undefined];
    do {
      const page: { items?: unknown[]; position?: string } = await client.send(
        new GetApiKeysCommand({ limit: PAGE, position }),
      );
      count += page.items?.length ?? 0;
      position = page.position;
    } while (position !== undefined);
    const found = `${number(count)} of ${number(CEILING)} in the Region`;
    return count < NEAR
      ? ok('api-keys', found)
      : warning(
          'api-keys',
          found,
          'delete keys that nobody uses, or move APIs to another Region: past the ceiling customers share a plan’s lanes',
        );
  });
}
