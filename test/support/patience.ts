/** Milliseconds for a test that makes hundreds of writes, on a machine that is busy. */
export const PATIENCE = 60_000;
