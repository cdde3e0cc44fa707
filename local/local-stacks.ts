import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type StageUrl, withLocalUrls } from './custom-resources/local-urls';
import { isLoopback } from './loopback-server';
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

/** Tells what is served, to tools alone: no web page may ask, under whatever name it reaches this machine. */
export function withLocalStacks(
  gateway: RequestListener,
  stacks: readonly StackModel[],
  apis: readonly StageUrl[],
  endpoints: Omit<LocalStacks, 'Stacks'>,
): RequestListener {
  const body: LocalStacks = {
    Stacks: stacks.map(({ name, outputs }) => ({
      StackName: name,
      Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({
        OutputKey,
        OutputValue: withLocalUrls(OutputValue, apis),
      })),
    })),
    ...endpoints,
  };
  return (request, response) => {
    if (request.method === 'GET' && request.url === LOCAL_STACKS_PATH) {
      answer(request, response, body);
    } else {
      gateway(request, response);
    }
  };
}

function answer({ headers }: IncomingMessage, response: ServerResponse, body: LocalStacks): void {
  response.on('error', () => undefined);
  const allowed = isLoopback(headers.host) && headers.origin === undefined;
  const content = allowed ? body : { message: 'only tools of this machine are told' };
  response.writeHead(allowed ? 200 : 403, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(content));
}
