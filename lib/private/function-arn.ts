import { ArnFormat, Lazy, Names, Stack } from 'aws-cdk-lib';
import type { CfnFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ProtectedApi } from './protected-api';

/**
 * The ARN by which an API calls one of the paywall's functions. A definition that referred to the function would wait for it, and the function,
 * which is told the API's id, for the API: so there it has a name that both know beforehand.
 */
export function functionArnFor({ api, definition, deployment }: ProtectedApi, handler: IFunction): string {
  const fn = handler.node.defaultChild as CfnFunction;
  if (definition !== undefined) {
    fn.functionName = Names.uniqueResourceName(handler, { maxLength: 64, separator: '-' });
    return Stack.of(handler).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: fn.functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
  // A function that is given a name is another one, although its references read the same.
  const name = Lazy.uncachedAny({ produce: () => fn.functionName });
  (deployment ?? api.latestDeployment)?.addToLogicalId(name);
  return handler.functionArn;
}
