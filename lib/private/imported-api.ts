import { Annotations } from 'aws-cdk-lib';
import type { IRestApi, IStage } from 'aws-cdk-lib/aws-apigateway';

/** What whoever makes the API has to do, since this app cannot; it is said at every synth until it is acknowledged. */
export function tellOfImport(api: IRestApi, stage: IStage): void {
  const { path } = api.node;
  Annotations.of(api).addWarningV2(
    'cdk-paywall:importedApi',
    `${path} is made elsewhere. Of it, the paywall protects the methods that this app adds, and no others. Whoever makes it must set ` +
      '`apiKeySourceType: ApiKeySourceType.AUTHORIZER`, without which every call is refused with 403; must set none of the gateway ' +
      'responses that the paywall sets; and must have given its own root resource, as paths of routes begin there. ' +
      `This stack deploys the API to the stage ${stage.node.path} whenever its methods change, with whatever else has been changed in it`,
  );
}
