import { type StageUrl, withLocalUrls } from './custom-resources/local-urls';
import type { StackModel } from './template/model';

/** Where tools of this machine find out what is served; a stage of an API could be named so, and none is. */
export const LOCAL_STACKS_PATH = '/_local/stacks';

/** What CloudFormation would tell of the stacks, and where Lambda is. */
export interface LocalStacks {
  readonly Stacks: readonly LocalStack[];
  /** As in `AWS_ENDPOINT_URL_LAMBDA`. */
  readonly LambdaEndpoint: string;
  /** As in `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly DynamoDbEndpoint: string;
  /** As in `AWS_ENDPOINT_URL_API_GATEWAY`. */
  readonly ApiGatewayEndpoint: string;
}

interface LocalStack {
  readonly StackName: string;
  readonly Outputs: readonly { readonly OutputKey: string; readonly OutputValue: string }[];
}

/** What is served, as it is told to tools. */
export function localStacks(
  stacks: readonly StackModel[],
  apis: readonly StageUrl[],
  endpoints: Omit<LocalStacks, 'Stacks'>,
): LocalStacks {
  return {
    Stacks: stacks.map(({ name, outputs }) => ({
      StackName: name,
      Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({
        OutputKey,
        OutputValue: withLocalUrls(OutputValue, apis),
      })),
    })),
    ...endpoints,
  };
}
