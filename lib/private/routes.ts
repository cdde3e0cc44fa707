import { Token } from 'aws-cdk-lib';

const METHODS = ['ANY', 'DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'];

/** A method of an API, `POST /search`, or all methods below a resource, `POST /reports/*`. */
export interface Route {
  readonly httpMethod: string;
  readonly resourcePath: string;
}

/** Reads `POST /search`; the message of its error names the prop. */
export function parseRoute(prop: string, text: string): Route {
  const [httpMethod = '', resourcePath = '', ...rest] = text.split(' ');
  const isPath = /^\/[^*]*$|^\/([^*]*\/)?\*$/.test(resourcePath);
  const complete = METHODS.includes(httpMethod) && isPath && rest.length === 0;
  if (Token.isUnresolved(text) || !complete) {
    throw new Error(
      `\`${prop}\` must name routes as an HTTP method and a resource path, "POST /search", or all below one, "ANY /reports/*" (OPTIONS is always open), got: ${JSON.stringify(text)}`,
    );
  }
  return { httpMethod, resourcePath };
}

/** Whether what is declared of `pattern` holds for the API's method: `ANY` on either side stands for every method. */
export function covers(pattern: Route, method: Route): boolean {
  const any = pattern.httpMethod === 'ANY' || method.httpMethod === 'ANY';
  return coversPath(pattern.resourcePath, method.resourcePath) && (any || pattern.httpMethod === method.httpMethod);
}

function coversPath(pattern: string, path: string): boolean {
  return pattern === path || (pattern.endsWith('/*') && path.startsWith(pattern.slice(0, -1)));
}

/** Of the patterns that hold for a method, the one with the longest path, and of two with one path the one that names the method. */
export function mostSpecific(patterns: readonly Route[], method: Route): Route | undefined {
  const isAny = ({ httpMethod }: Route) => Number(httpMethod === 'ANY');
  return patterns
    .filter((pattern) => covers(pattern, method))
    .sort((a, b) => b.resourcePath.length - a.resourcePath.length || isAny(a) - isAny(b))
    .at(0);
}

/** `POST /search`. */
export function formatRoute(route: Route): string {
  return `${route.httpMethod} ${route.resourcePath}`;
}
