import { Validations } from 'aws-cdk-lib';
import { CfnMethod, type IRestApi, Method } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import type { Definition } from './definition';
import { fromExtension, INTEGRATION } from './integration';
import { type Json, json } from './json';
import { methodResponsesOf, parametersOf, requestParametersOf } from './operations';
import { accessOf } from './security';

/** Where an operation is of a definition. */
export interface Place {
  readonly definition: Definition;
  /** As API Gateway names it, `/files/{proxy+}`. */
  readonly resourcePath: string;
  /** `GET`, …, or `ANY`. */
  readonly httpMethod: string;
  /** The two in the document's own words. */
  readonly path: string;
  readonly key: string;
  /** All operations of the path, and what they share. */
  readonly pathItem: Json;
  readonly operation: Json;
}

/**
 * An operation of a definition in the shape of the method that API Gateway makes of it, so that whatever changes methods changes operations
 * too. It is in no template: the definition makes it.
 */
export class DefinedMethod extends CfnMethod {
  constructor(
    scope: Construct,
    api: IRestApi,
    public readonly place: Place,
  ) {
    const { definition, resourcePath, httpMethod, operation } = place;
    const access = accessOf(definition, operation);
    super(scope, `${httpMethod} ${resourcePath}`, {
      restApiId: api.restApiId,
      resourceId: resourcePath,
      httpMethod,
      operationName: typeof operation.operationId === 'string' ? operation.operationId : undefined,
      authorizationType: access.authorizationType,
      apiKeyRequired: access.apiKeyRequired,
      integration: fromExtension(json(operation[INTEGRATION])),
      requestParameters: requestParametersOf(parametersOf(place)),
      methodResponses: methodResponsesOf(place),
    });
    // For those who check their app with cdk-nag, which looks into no definition.
    const reason = 'It is an operation of a definition, and open where `open` of the paywall says so';
    Validations.of(this).acknowledge(
      { id: 'AwsSolutions::AwsSolutions-APIG4', reason },
      { id: 'AwsSolutions::AwsSolutions-COG4', reason },
    );
  }

  protected override shouldSynthesize(): boolean {
    return false;
  }
}

/** The path of a method as API Gateway names it; empty where it cannot be told. */
export function resourcePathOf(method: CfnMethod): string {
  if (method instanceof DefinedMethod) {
    return method.place.resourcePath;
  }
  const { scope } = method.node;
  return scope instanceof Method ? scope.resource.path : '';
}
