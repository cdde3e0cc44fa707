/** The parts of dynalite that the store stands on: it parses, validates and encodes; it stores nothing. */

declare module 'dynalite/db' {
  type Item = import('./attribute-value').Item;
  type KeySchema = import('./requests').KeySchema;
  type TableDescription = import('./requests').TableDescription;
  /** Carries `statusCode` and `body`. */
  type DynaliteError = Error;

  export function createKey(item: Item, table: TableDescription, keySchema?: KeySchema): string;
  export function itemSize(item: Item): number;
  export function capacityUnits(item: Item | undefined, isRead: boolean, isConsistent: boolean): number;
  export function mapPaths(paths: import('./expressions').ParsedProjection['paths'], item: Item): Item;
  export function validateKey(key: Item, table: TableDescription): DynaliteError | undefined;
  export function validateItem(item: Item, table: TableDescription): DynaliteError | undefined;
  export function validateUpdates(
    attributeUpdates: undefined,
    update: import('./expressions').ParsedUpdate | undefined,
    table: TableDescription,
  ): DynaliteError | undefined;
  export function validateKeyPaths(
    nestedPaths: Readonly<Record<string, boolean>> | undefined,
    table: TableDescription,
  ): DynaliteError | undefined;
}

declare module 'dynalite/validations' {
  type Schema = import('./validate').Schema;
  export function checkTypes(request: unknown, types: Schema['types']): unknown;
  export function checkValidations(
    request: unknown,
    types: Schema['types'],
    custom: Schema['custom'],
    store: { options: { maxItemSize: number } },
  ): void;
}

declare module 'dynalite/validations/*' {
  type Schema = import('./validate').Schema;
  export const types: Schema['types'];
  export const custom: Schema['custom'];
}
