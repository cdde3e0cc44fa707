import type { Boundary } from './boundaries';

/**
 * What happens to a request. `slow`: it is carried out so much later; `throttled`: it is answered with the boundary's own word for that;
 * `error`: … for its own failure, or as told; `reset`: its connection is cut, and nothing is done; `hanging`: it is never answered, and
 * nothing is done; `answer lost`: it is carried out, and its connection is cut; `killed before` and `killed after`: the execution
 * environment that sends it is ended, before it is carried out or after that, as when Lambda reclaims one.
 */
export type Fault =
  | { readonly kind: 'slow'; readonly millis: number }
  | { readonly kind: 'error'; readonly status?: number; readonly type?: string }
  | { readonly kind: 'throttled' | 'reset' | 'hanging' | 'answer lost' | 'killed before' | 'killed after' };

/** Which requests a fault is for: those that fit all that is said here. */
export interface Requests {
  /** @default - any */
  readonly boundary?: Boundary | readonly Boundary[];
  /** `UpdateItem`, or a method and a path, `POST /v1/refunds`. @default - any */
  readonly operation?: RegExp;
  /** The path of the construct of the function that asks. @default - any */
  readonly function?: RegExp;
  /** Words of which one is in the request, or in the event that its function is at. @default - any */
  readonly about?: readonly string[];
}

export interface FaultRule extends Requests {
  readonly fault: Fault;
  /** Requests that fit and pass before it begins. @default 0 */
  readonly after?: number;
  /** Requests that it is for, from there on. @default - all */
  readonly times?: number;
}

/** A request that went out of a function. */
export interface SeenRequest {
  readonly functionPath: string;
  readonly boundary: Boundary;
  readonly operation: string;
  /** The request's body and path, and the event that its function is at. */
  readonly text: string;
}

export function fits(request: SeenRequest, { boundary, operation, function: fn, about }: Requests): boolean {
  const boundaries = boundary === undefined ? undefined : [boundary].flat();
  return (
    boundaries?.includes(request.boundary) !== false &&
    operation?.test(request.operation) !== false &&
    fn?.test(request.functionPath) !== false &&
    about?.some((word) => request.text.includes(word)) !== false
  );
}
