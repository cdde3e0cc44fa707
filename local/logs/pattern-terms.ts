import { FilterPatternError } from './filter-pattern-error';

/** What CloudWatch Logs takes between percent signs; white space is in its own examples. Parentheses it refuses. */
const EXPRESSION = /^[A-Za-z0-9:_#=@/;,\-^$?[\]{}|\\*+.\s]+$/;

/** A regular expression of a pattern; it matches anywhere in the text unless it is anchored. */
export function patternRegExp(expression: string, pattern: string): RegExp {
  if (!EXPRESSION.test(expression)) {
    throw new FilterPatternError(pattern, `has characters between % and % that are not supported: ${expression}`);
  }
  try {
    return new RegExp(expression);
  } catch {
    throw new FilterPatternError(pattern, `holds no regular expression: ${expression}`);
  }
}

export function unescapeQuoted(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}

/** An asterisk stands for any text at either end of a term, and for itself within. */
export function wildcardMatcher(term: string): (text: string) => boolean {
  const open = { start: term.startsWith('*'), end: term.endsWith('*') };
  const fixed = term.slice(open.start ? 1 : 0, open.end ? Math.max(term.length - 1, 1) : undefined);
  if (open.start && open.end) {
    return (text) => text.includes(fixed);
  }
  if (open.start) {
    return (text) => text.endsWith(fixed);
  }
  return open.end ? (text) => text.startsWith(fixed) : (text) => text === fixed;
}
