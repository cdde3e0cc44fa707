import { type IResolveContext, Token, Tokenization } from 'aws-cdk-lib';

/** Every `from`, which is one character, becomes `to`. */
export type Replacement = readonly [from: string, to: string];

/**
 * Rewrites a text that may hold tokens: what is known by `literal`, and what only the deployment knows by CloudFormation itself, one
 * replacement after the other. Tokens stay tokens, so that references to other stacks are found.
 */
export function rewrite(text: string, literal: (known: string) => string, unknown: readonly Replacement[]): string {
  return partsOf(text)
    .map((part) => (Token.isUnresolved(part) ? rewriteToken(part, literal, unknown) : literal(part)))
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

/** One token for all replacements: each that is a token of its own would be resolved twice, and what is in it twice as often. */
function rewriteToken(token: string, literal: (known: string) => string, unknown: readonly Replacement[]): string {
  const resolve = (context: IResolveContext): unknown => {
    const value: unknown = context.resolve(token);
    return typeof value === 'string'
      ? literal(value)
      : unknown.reduce((text, [from, to]) => ({ 'Fn::Join': [to, { 'Fn::Split': [from, text] }] }), value);
  };
  return Token.asString({ creationStack: [], resolve });
}
