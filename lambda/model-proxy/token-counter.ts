import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

// Bundled beside the proxy, which loads it once a call's tokens have to be counted: it is larger than all the rest.

/** Characters that are counted at once: a word without an end would take the tokenizer time that grows with its square. */
const PIECE = 2_048;

/** What looks like one of the tokenizer's own marks is text like any other here. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

export function countTextTokens(text: string): number {
  let tokens = 0;
  for (let start = 0; start < text.length; start += PIECE) {
    tokens += countTokens(text.slice(start, start + PIECE), AS_TEXT);
  }
  return tokens;
}
