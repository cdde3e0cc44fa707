import type { AttributeValue, DocumentPath } from './attribute-value';

/** What the expression parsers produce, with every `#name` and `:value` already put in. */
export type Condition =
  | { readonly type: 'and'; readonly args: readonly Condition[] }
  | { readonly type: 'or'; readonly args: readonly Condition[] }
  | { readonly type: 'not'; readonly args: readonly Condition[] }
  | { readonly type: Comparator | 'between' | 'in'; readonly args: readonly Operand[] }
  | { readonly type: 'function'; readonly name: string; readonly args: readonly Operand[] };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Operand = DocumentPath | AttributeValue | SizeFunction;

interface SizeFunction {
  readonly type: 'function';
  readonly name: 'size';
  readonly args: readonly Operand[];
}

export interface UpdateAction {
  readonly type: 'set' | 'remove' | 'add' | 'delete';
  readonly path: DocumentPath;
  readonly val?: SetOperand;
}

export type SetOperand = DocumentPath | AttributeValue | SetFunction;

export interface SetFunction {
  /** `+`, `-`, or one of the functions `if_not_exists` and `list_append`. */
  readonly type: 'add' | 'subtract' | 'function';
  readonly name?: string;
  readonly args: readonly SetOperand[];
}

export interface ParsedCondition {
  readonly expression: Condition;
  readonly pathHeads: Readonly<Record<string, boolean>>;
  readonly nestedPaths: Readonly<Record<string, boolean>>;
}

export interface ParsedUpdate {
  readonly sections: readonly UpdateAction[];
  readonly paths: readonly DocumentPath[];
  readonly nestedPaths: Readonly<Record<string, boolean>>;
}

export interface ParsedProjection {
  readonly paths: readonly DocumentPath[];
  readonly nestedPaths: Readonly<Record<string, boolean>>;
}

export function isPath(operand: Operand | SetOperand): operand is DocumentPath {
  return Array.isArray(operand);
}
