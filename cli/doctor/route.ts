import { reasonOf, send } from './http';
import { problemOf } from './refusals';

/** A route that asks for a key, as it is called. */
export interface ProbedRoute {
  readonly method: string;
  /** With a slash in front, and values in place of parameters. */
  readonly path: string;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** A route of an API whose `/openapi.json` says which ones cost something: the first that can be answered with 402. */
export async function describedRoute(base: string): Promise<ProbedRoute | undefined> {
  const described = await description(`${base}/openapi.json`);
  return described && paidRoute(described);
}

/** Reads `GET /items/{id}`; nothing where it is no route. */
export function parseRoute(text: string): ProbedRoute | undefined {
  const [, method = '', path = ''] = /^([A-Z]+) (\/\S*)$/.exec(text) ?? [];
  return METHODS.includes(method.toLowerCase()) ? { method, path: filled(path) } : undefined;
}

async function description(url: string): Promise<object | undefined> {
  try {
    const answer = await send(url);
    return answer.status === 200 ? problemOf(answer) : undefined;
  } catch (error) {
    throw new Error(`${url} is not answered: ${reasonOf(error)}`);
  }
}

function paidRoute(document: object): ProbedRoute | undefined {
  const paths = Object.entries(Object((document as { paths?: unknown }).paths));
  // Of all, one that changes nothing is the best, whatever is answered.
  for (const method of METHODS) {
    for (const [path, operations] of paths) {
      const { responses } = Object(Object(operations)[method]);
      if (responses !== undefined && Object.hasOwn(Object(responses), '402')) {
        return { method: method.toUpperCase(), path: filled(path) };
      }
    }
  }
  return undefined;
}

function filled(path: string): string {
  return path.replace(/\{[^/}]+\}/g, 'doctor');
}
