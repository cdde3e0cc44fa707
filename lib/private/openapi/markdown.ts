import { type Replacement, replaceAll, rewrite } from './rewrite';

/** Characters by which a text could become more than text, the backslash first. */
const SPECIAL = ['\\', '"', '`', '*', '_', '[', ']', '<', '>', '#', '|', '&', '~'];

const LINE_BREAKS: readonly Replacement[] = [
  ['\n', ' '],
  ['\r', ' '],
];

/** Somebody's text as text, in one line: nothing in it becomes a heading, a link, markup or a line of its own. */
export function inline(text: string): string {
  const printable = rewrite(text, (known) => known.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '), LINE_BREAKS);
  return replaceAll(
    printable,
    SPECIAL.map((character) => [character, `\\${character}`]),
  );
}

/** A name that an operator has given, in quotes, so that it is seen where it ends. */
export function quotedName(name: string): string {
  return `"${inline(name)}"`;
}
