import { type IResolvable, type IResolveContext, Token, Tokenization } from 'aws-cdk-lib';

/** Every `from`, which is one character, becomes `to`. */
export type Replacement = readonly [from: string, to: string];

/**
 * Rewrites a text that may hold tokens: what is known by `literal`, and the intrinsic of what only the deployment knows by `unknown`.
 * Tokens stay tokens, so that references to other stacks are found.
 */
export function rewrite(
  text: string,
  literal: (known: string) => string,
  unknown: (intrinsic: unknown) => unknown,
): string {
  return partsOf(text)
    .map((part) => (Token.isUnresolved(part) ? rewriteToken(part, literal, unknown) : literal(part)))
    .join('');
}

/** One replacement after the other in what is known. */
export function replaceAll(known: string, replacements: readonly Replacement[]): string {
  return replacements.reduce((result, [from, to]) => result.replaceAll(from, () => to), known);
}

/**
 * One replacement after the other in what only the deployment knows, each a level of nesting. Let there be few: CDK's assertions look
 * at everything in an array twice, and so at what is in ten levels a million times.
 */
export function replaceAtDeployment(intrinsic: unknown, replacements: readonly Replacement[]): unknown {
  return replacements.reduce((text, [from, to]) => ({ 'Fn::Join': [to, { 'Fn::Split': [from, text] }] }), intrinsic);
}

function partsOf(text: string): string[] {
  const parts: unknown = Tokenization.reverseString(text).join({ join: (left, right) => [left, right].flat() });
  return [parts].flat().filter((part): part is string => typeof part === 'string');
}

function rewriteToken(
  token: string,
  literal: (known: string) => string,
  unknown: (intrinsic: unknown) => unknown,
): string {
  const resolve = (context: IResolveContext): unknown => {
    const value: unknown = context.resolve(token);
    return typeof value === 'string' ? literal(value) : unknown(value);
  };
  const rewritten: IResolvable = { creationStack: [], resolve, toString: () => Token.asString(rewritten) };
  return Token.asString(rewritten);
}
