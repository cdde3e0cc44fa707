import { type CfnMethod, type IRestApi, Model, RequestValidator } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import type { RequestValidation } from '../request-validation';
import { formatRoute, type Route } from './routes';

/** The models and validators of an API that `requests` needs: a model for each route, and a validator for each kind of them. */
export class RequestValidators extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly api: IRestApi,
  ) {
    super(scope, id);
  }

  /**
   * Sets a validation on a method that has none.
   *
   * @param pattern the route that the prop names, by which its model is known
   * @returns what tells this validation from others
   */
  public validate(
    method: CfnMethod,
    pattern: Route,
    { _schema: schema, _parameters: parameters }: RequestValidation,
  ): object {
    const hasParameters = parameters.length > 0;
    method.requestValidatorId = this.validator(schema !== undefined, hasParameters).requestValidatorId;
    if (schema !== undefined) {
      const { modelId } = this.model(pattern, schema);
      // Without `$default`, a body of any other type would pass unseen.
      method.requestModels = { 'application/json': modelId, $default: modelId };
    }
    if (hasParameters) {
      const required = Object.fromEntries(parameters.map((expression) => [expression, true]));
      method.requestParameters = { ...(method.requestParameters as Record<string, boolean> | undefined), ...required };
    }
    return { schema, parameters };
  }

  private validator(validateRequestBody: boolean, validateRequestParameters: boolean): RequestValidator {
    const id = `Validator${validateRequestBody ? 'Body' : ''}${validateRequestParameters ? 'Parameters' : ''}`;
    const existing = this.node.tryFindChild(id) as RequestValidator | undefined;
    return (
      existing ?? new RequestValidator(this, id, { restApi: this.api, validateRequestBody, validateRequestParameters })
    );
  }

  private model(pattern: Route, schema: NonNullable<RequestValidation['_schema']>): Model {
    const id = `Model ${formatRoute(pattern)}`;
    const existing = this.node.tryFindChild(id.replaceAll('/', '--')) as Model | undefined;
    const description = `What a body of ${formatRoute(pattern)} must be`;
    return existing ?? new Model(this, id, { restApi: this.api, schema, description });
  }
}
