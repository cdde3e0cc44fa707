import { type Json, json } from './json';

/** What OpenAPI 3 and OpenAPI 2, Swagger, write in ways of their own. */
export interface Dialect {
  securitySchemes(document: Json): Json;
  withSecuritySchemes(document: Json, schemes: Json): Json;
  /** A value that is text, as parameters and headers have it. */
  readonly text: Json;
}

const OPENAPI_3: Dialect = {
  securitySchemes: (document) => json(json(document.components).securitySchemes),
  withSecuritySchemes: (document, schemes) => ({
    ...document,
    components: { ...json(document.components), securitySchemes: schemes },
  }),
  text: { schema: { type: 'string' } },
};

const OPENAPI_2: Dialect = {
  securitySchemes: (document) => json(document.securityDefinitions),
  withSecuritySchemes: (document, schemes) => ({ ...document, securityDefinitions: schemes }),
  text: { type: 'string' },
};

/** Nothing for what API Gateway does not import. */
export function dialectOf({ openapi, swagger }: Json): Dialect | undefined {
  if (typeof openapi === 'string' && openapi.startsWith('3.')) {
    return OPENAPI_3;
  }
  // In YAML it may well be a number.
  return String(swagger) === '2.0' || swagger === 2 ? OPENAPI_2 : undefined;
}
