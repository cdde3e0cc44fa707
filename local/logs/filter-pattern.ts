import { FilterPatternError } from './filter-pattern-error';
import { compileJsonPattern } from './json-pattern';
import { patternRegExp, unescapeQuoted } from './pattern-terms';

export { FilterPatternError };

/** Whether a filter pattern matches the message of a log event. */
export type MessageFilter = (message: string) => boolean;

/** One term with what stands in front of it: a quoted phrase, an expression between percent signs, or a plain word. */
const TERM = /([-?]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|(\w+))(?=\s|$)\s*/y;

/**
 * Makes a filter of CloudWatch Logs' pattern syntax: nothing for everything, `{ … }` for events in JSON, or terms.
 *
 * @throws FilterPatternError on a pattern that AWS refuses, and on one for space-delimited events
 */
export function compileFilterPattern(filterPattern: string): MessageFilter {
  const pattern = filterPattern.trim();
  if (pattern === '') {
    return () => true;
  }
  if (pattern.startsWith('[')) {
    throw new FilterPatternError(pattern, 'is for space-delimited events, which are not served');
  }
  return pattern.startsWith('{') ? compileJsonPattern(pattern) : compileTerms(pattern);
}

/** Terms must all be there, but `-term`, which must not, and of `?term`s one will do; these count only where there are no others. */
function compileTerms(pattern: string): MessageFilter {
  const terms: Record<'' | '-' | '?', MessageFilter[]> = { '': [], '-': [], '?': [] };
  for (let position = 0; position < pattern.length; position = TERM.lastIndex) {
    TERM.lastIndex = position;
    const match = TERM.exec(pattern);
    if (match === null) {
      throw new FilterPatternError(pattern, `is malformed at ${pattern.slice(position)}`);
    }
    const [, sign = '', quoted, expression, word = ''] = match;
    terms[sign as '' | '-' | '?'].push(
      expression === undefined
        ? contains(quoted === undefined ? word : unescapeQuoted(quoted))
        : matches(patternRegExp(expression, pattern)),
    );
  }
  const { '': wanted, '-': unwanted, '?': optional } = terms;
  if (wanted.length + unwanted.length === 0) {
    return (message) => optional.some((term) => term(message));
  }
  return (message) => wanted.every((term) => term(message)) && !unwanted.some((term) => term(message));
}

function contains(term: string): MessageFilter {
  return (message) => message.includes(term);
}

function matches(expression: RegExp): MessageFilter {
  return (message) => expression.test(message);
}
