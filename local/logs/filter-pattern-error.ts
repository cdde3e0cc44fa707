/** A filter pattern that cannot be used; the message quotes it. */
export class FilterPatternError extends Error {
  override readonly name = 'FilterPatternError';

  constructor(pattern: string, why: string) {
    super(`the filter pattern ${pattern} ${why}`);
  }
}
