import type { APIGatewayClientConfig } from '@aws-sdk/client-api-gateway';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { LambdaClientConfig } from '@aws-sdk/client-lambda';

/** A stack, deployed or local, and how the services are asked about it. */
export interface FoundStack {
  /** The values of its outputs. */
  readonly outputs: readonly string[];
  readonly lambda: LambdaClientConfig;
  readonly dynamodb: DynamoDBClientConfig;
  readonly apiGateway: APIGatewayClientConfig;
  /** Its template, as it was deployed; absent where nobody keeps it. */
  readonly template?: () => Promise<string | undefined>;
}
