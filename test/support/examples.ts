import fc from 'fast-check';

/** How many examples a property is tried on: so many, or what has been set for all of them. */
export function examples(count: number): { readonly numRuns: number } {
  return { numRuns: fc.readConfigureGlobal().numRuns ?? count };
}
