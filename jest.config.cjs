/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // The stand-ins of the local gateway, the benchmark, the commands, the documents of discovery, and what has to wait, have a lane of their
  // own: `npm run test:slow`.
  testMatch: ['**/test/*.test.ts', '**/test/!(local|bench|cli|page)/**/*.test.ts', '!**/test/lib/openapi/**'],
  modulePathIgnorePatterns: ['<rootDir>/test/oracles'],
  transform: {
    // Types are the business of `npm run lint`.
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, swcrc: false }],
  },
  setupFiles: ['<rootDir>/test/support/setup.ts'],
  reporters: ['default', '<rootDir>/test/support/count-reporter.cjs'],
  maxWorkers: 2,
  // A machine that is busy with something else is slow, and not wrong.
  testTimeout: 30_000,
};
