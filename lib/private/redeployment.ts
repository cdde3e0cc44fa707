import { type CfnResource, type IAspect, Lazy } from 'aws-cdk-lib';
import type { Deployment, IRestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IConstruct } from 'constructs';
import { isPartOf } from './parts';

/** Makes a new deployment of an API when what this app adds to it changes, and after it: CDK does so for the APIs that it deploys itself. */
export class Redeployment implements IAspect {
  constructor(
    private readonly api: IRestApi,
    private readonly deployment: Deployment,
  ) {}

  public visit(node: IConstruct): void {
    if (!isPartOf(this.api, node)) {
      return;
    }
    this.deployment.node.addDependency(node);
    this.deployment.addToLogicalId(Lazy.uncachedAny({ produce: () => templateOf(node as CfnResource) }));
  }
}

/** As CDK itself hashes what it deploys. */
function templateOf(resource: CfnResource): unknown {
  return (resource as unknown as { _toCloudFormation(): unknown })._toCloudFormation();
}
