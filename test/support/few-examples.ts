import fc from 'fast-check';

// For mutants: few examples, so that each of a thousand takes a moment; the same ones, so that two runs can be compared; and none is
// made smaller, as it is enough that there is one.
fc.configureGlobal({ numRuns: 25, seed: 1, endOnFailure: true });
