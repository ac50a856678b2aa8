/** The code that is mutated, part by part, each with the tests that have to notice: few enough to run often. */
export const PARTS = {
  crypto: { mutate: ['lib/crypto/**/*.ts'], tests: ['tests/crypto/**/*.test.ts'] },
  journal: {
    mutate: ['lib/bulk/journal*.ts', 'lib/bulk/journal/**/*.ts'],
    tests: ['tests/bulk/journal-*.test.ts'],
  },
  protocols: {
    mutate: ['lib/protocols/**/*.ts'],
    tests: ['tests/protocols/**/*.test.ts', 'tests/faults/untrusted-answers.test.ts'],
  },
  notifications: { mutate: ['lib/notifications/**/*.ts'], tests: ['tests/notifications/**/*.test.ts'] },
}

/** Tests that go through the whole catalogue: slow, and no nearer to the code. */
export const SLOW = ['**/catalogue.test.ts']

/** Set by scripts/mutate.ts. */
export const part = PARTS[process.env.MUTATED_PART ?? 'crypto']

const folder = `.stryker-tmp/${process.env.MUTATED_PART}`

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
const config = {
  mutate: [...part.mutate, '!**/generated/**'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutate.config.mjs' },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  tempDirName: folder,
  incremental: true,
  incrementalFile: `${folder}/incremental.json`,
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  htmlReporter: { fileName: `${folder}/report.html` },
  jsonReporter: { fileName: `${folder}/report.json` },
  clearTextReporter: { reportTests: false, allowColor: false },
  thresholds: { high: 95, low: 85, break: 85 },
  // Mutants are found by tests, not by types: there is no tsconfig to prepare for a type checker.
  tsconfigFile: 'none',
  ignorePatterns: ['/dist', '/docs', '/bench', '/examples', '/coverage'],
}

export default config
