import type { JsonSchema } from 'aws-cdk-lib/aws-apigateway';

/** Parameters that a request must have, none of them blank. */
export interface RequiredParameters {
  /**
   * Names of parameters of the query.
   *
   * @default - none
   */
  readonly queryParameters?: string[];

  /**
   * Names of headers. API Gateway finds them in this case only; clients of HTTP/2 send lower case.
   *
   * @default - none
   */
  readonly headers?: string[];
}

/**
 * What API Gateway asks of a request before it goes to the backend. Others are answered with 400 and the reason, and their units are given
 * back (`Refund.onServerError()`).
 */
export class RequestValidation {
  /**
   * A body of JSON after a schema, whatever type it is sent as; a body that is not there is `{}`.
   *
   * @param schema of JSON Schema draft 4, which is what API Gateway knows
   * @param parameters what a request must have beside it
   */
  public static json(schema: JsonSchema, parameters: RequiredParameters = {}): RequestValidation {
    requireDraft4(schema, '');
    return new RequestValidation(expressionsOf('RequestValidation.json', parameters), schema);
  }

  /** Parameters alone. */
  public static parameters(parameters: RequiredParameters): RequestValidation {
    const expressions = expressionsOf('RequestValidation.parameters', parameters);
    if (expressions.length === 0) {
      throw new Error('`RequestValidation.parameters` must name a parameter of the query or a header, got none');
    }
    return new RequestValidation(expressions);
  }

  private constructor(
    /**
     * As API Gateway names parameters: `method.request.querystring.q`.
     *
     * @internal
     */
    public readonly _parameters: string[],
    /** @internal */
    public readonly _schema?: JsonSchema,
  ) {}
}

function expressionsOf(factory: string, { queryParameters = [], headers = [] }: RequiredParameters): string[] {
  const named = { queryParameters, headers };
  for (const [prop, names] of Object.entries(named)) {
    const wrong = names.find((name) => !/^[A-Za-z0-9._$-]{1,128}$/.test(name));
    if (wrong !== undefined) {
      throw new Error(
        `\`${factory}: ${prop}\` must be names of letters, digits and . _ $ -, got: ${JSON.stringify(wrong)}`,
      );
    }
  }
  return [
    ...queryParameters.map((name) => `method.request.querystring.${name}`),
    ...headers.map((name) => `method.request.header.${name}`),
  ];
}

/** Of `JsonSchema`, what is newer than draft 4: API Gateway would take it and check nothing. */
const NEWER = ['contains', 'propertyNames'] as const;

const BY_NAME = ['definitions', 'properties', 'patternProperties', 'dependencies'] as const;
const SCHEMAS = ['items', 'additionalItems', 'additionalProperties', 'allOf', 'anyOf', 'oneOf', 'not'] as const;

function requireDraft4(schema: JsonSchema, path: string): void {
  const newer = NEWER.find((keyword) => schema[keyword] !== undefined);
  if (newer !== undefined) {
    throw new Error(
      `\`RequestValidation.json: schema\` must be of JSON Schema draft 4, which has no \`${newer}\`, got it at: ${path === '' ? '/' : path}`,
    );
  }
  for (const keyword of BY_NAME) {
    for (const [name, part] of Object.entries(schema[keyword] ?? {})) {
      requireDraft4Part(part, `${path}/${keyword}/${name}`);
    }
  }
  for (const keyword of SCHEMAS) {
    requireDraft4Part(schema[keyword], `${path}/${keyword}`);
  }
}

/** A schema, several, or what is none, such as `additionalProperties: false`. */
function requireDraft4Part(part: unknown, path: string): void {
  for (const [index, schema] of [part].flat().entries()) {
    if (typeof schema === 'object' && schema !== null) {
      requireDraft4(schema as JsonSchema, Array.isArray(part) ? `${path}/${index}` : path);
    }
  }
}
