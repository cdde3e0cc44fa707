import type { MethodModel } from '../template/model';
import { GatewayError } from './gateway-error';

export interface Route {
  readonly method: MethodModel;
  /** As the caller wrote them, still URL-encoded. */
  readonly rawPathParameters: Readonly<Record<string, string>>;
}

export type Router = (httpMethod: string, path: string) => Route | undefined;

type Segment =
  | { readonly kind: 'static'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'greedy'; readonly name: string };

interface Candidate {
  readonly method: MethodModel;
  readonly segments: readonly Segment[];
}

const RANK = { static: 0, parameter: 1, greedy: 2 } as const;

/** What `ANY` stands for. */
const ANY_METHODS = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);

/**
 * The most specific resource that has the method wins: static before parameter before greedy, then a method of that name before
 * `ANY`. A resource without the method stands in nobody's way: `OPTIONS /items` reaches `OPTIONS /{proxy+}` past a `GET /items`.
 */
export function createRouter(methods: readonly MethodModel[]): Router {
  const candidates = methods
    .map((method): Candidate => ({ method, segments: parsePath(method.resourcePath) }))
    .sort((a, b) => compareSegments(a.segments, b.segments) || anyLast(a) - anyLast(b));
  return (httpMethod, path) => {
    const parts = splitPath(path);
    for (const { method, segments } of candidates) {
      const rawPathParameters = takes(method, httpMethod) ? matchSegments(segments, parts) : undefined;
      if (rawPathParameters !== undefined) {
        return { method, rawPathParameters };
      }
    }
    return undefined;
  };
}

export function decodePathParameters(route: Route): Record<string, string> {
  const decoded = Object.entries(route.rawPathParameters).map(([name, value]) => [name, decode(value)]);
  return Object.fromEntries(decoded);
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new GatewayError('DEFAULT_4XX');
  }
}

/** A trailing slash means nothing to API Gateway, and slashes between the stage and the resource are one. */
function splitPath(path: string): string[] {
  const trimmed = path.replace(/^\/+/, '').replace(/\/+$/, '');
  return trimmed === '' ? [] : trimmed.split('/');
}

function parsePath(resourcePath: string): Segment[] {
  return splitPath(resourcePath).map((text) => {
    const [, name, plus] = /^\{(.+?)(\+?)\}$/.exec(text) ?? [];
    return name === undefined ? { kind: 'static', text } : { kind: plus === '+' ? 'greedy' : 'parameter', name };
  });
}

function matchSegments(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const parameters: [string, string][] = [];
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === undefined) {
      return undefined;
    }
    if (segment.kind === 'greedy') {
      parameters.push([segment.name, parts.slice(index).join('/')]);
      return Object.fromEntries(parameters);
    }
    if (segment.kind === 'parameter') {
      if (part === '') {
        return undefined;
      }
      parameters.push([segment.name, part]);
    } else if (segment.text !== part) {
      return undefined;
    }
  }
  return segments.length === parts.length ? Object.fromEntries(parameters) : undefined;
}

function compareSegments(a: readonly Segment[], b: readonly Segment[]): number {
  for (const [index, segment] of a.entries()) {
    const other = b[index];
    const difference = other === undefined ? 0 : RANK[segment.kind] - RANK[other.kind];
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

function anyLast(candidate: Candidate): number {
  return candidate.method.httpMethod === 'ANY' ? 1 : 0;
}

function takes(method: MethodModel, httpMethod: string): boolean {
  return method.httpMethod === httpMethod || (method.httpMethod === 'ANY' && ANY_METHODS.has(httpMethod));
}
