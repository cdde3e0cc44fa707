import type { JsonObject } from '../values';
import type { Definition } from './definition';

/** An API of a template, and what names of its parts derive from. */
export interface DefinedApi {
  readonly logicalId: string;
  readonly definition: Definition;
  /** The construct path. */
  readonly path: string;
}

/** The logical id of the resource at a path. */
export function resourceId({ logicalId }: DefinedApi, segments: readonly string[]): string {
  return `${logicalId}/${segments.join('/')}`;
}

/** The resource at a path, which of the root is an attribute of the API. */
export function resourceRef(api: DefinedApi, segments: readonly string[]): JsonObject {
  return segments.length === 0
    ? { 'Fn::GetAtt': [api.logicalId, 'RootResourceId'] }
    : { Ref: resourceId(api, segments) };
}

/** The logical id of a request validator. */
export function validatorId({ logicalId }: DefinedApi, name: string): string {
  return `${logicalId} request validator ${name}`;
}
