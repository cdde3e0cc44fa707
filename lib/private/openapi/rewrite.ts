import { Fn, Token, Tokenization } from 'aws-cdk-lib';

/** Every `from`, which is one character, becomes `to`. */
export type Replacement = readonly [from: string, to: string];

/**
 * Rewrites a text that may hold tokens: what is known now by `literal`, and what only the deployment knows by CloudFormation itself, one
 * replacement after the other. Tokens stay tokens, so that references to other stacks are found.
 */
export function rewrite(text: string, literal: (known: string) => string, unknown: readonly Replacement[]): string {
  return partsOf(text)
    .map((part) => (Token.isUnresolved(part) ? unknown.reduce(replaceAtDeployment, part) : literal(part)))
    .join('');
}

/** The same replacements for what is known and for what is not. */
export function replaceAll(text: string, replacements: readonly Replacement[]): string {
  const literal = (known: string) =>
    replacements.reduce((result, [from, to]) => result.replaceAll(from, () => to), known);
  return rewrite(text, literal, replacements);
}

function partsOf(text: string): string[] {
  const parts: unknown = Tokenization.reverseString(text).join({ join: (left, right) => [left, right].flat() });
  return [parts].flat().filter((part): part is string => typeof part === 'string');
}

function replaceAtDeployment(text: string, [from, to]: Replacement): string {
  return Fn.join(to, Fn.split(from, text));
}
