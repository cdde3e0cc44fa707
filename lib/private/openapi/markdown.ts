import { type Replacement, replaceAll, replaceAtDeployment, rewrite } from './rewrite';

/** Characters by which a text could become more than text, the backslash first. */
const SPECIAL = ['\\', '"', '`', '[', '<', ']', '>', '*', '_', '#', '|', '&', '~'];

/** Those that lead out of quotes, or begin a link or a tag: of what only the deployment knows, no more are escaped. */
const SPECIAL_AT_DEPLOYMENT = SPECIAL.slice(0, 5);

const LINE_BREAKS: readonly Replacement[] = [
  ['\n', ' '],
  ['\r', ' '],
];

/** Somebody's text as text, in one line: nothing in it becomes a heading, a link, markup or a line of its own. */
export function inline(text: string): string {
  return rewrite(
    text,
    (known) => replaceAll(known.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '), escapes(SPECIAL)),
    (intrinsic) => replaceAtDeployment(intrinsic, [...LINE_BREAKS, ...escapes(SPECIAL_AT_DEPLOYMENT)]),
  );
}

function escapes(characters: readonly string[]): Replacement[] {
  return characters.map((character) => [character, `\\${character}`]);
}

/** A name that an operator has given, in quotes, so that it is seen where it ends. */
export function quotedName(name: string): string {
  return `"${inline(name)}"`;
}
