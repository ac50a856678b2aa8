/**
 * Mutation tests: each condition, text and call of the code below is changed once, and a test has to fail for it.
 * `npm run mutate -- --mutate 'lib/crypto/aes.ts'` does so for one file.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
const config = {
  mutate: [
    'lib/crypto/**/*.ts',
    'lib/protocols/**/*.ts',
    'lib/notifications/**/*.ts',
    'lib/bulk/journal*.ts',
    '!**/generated/**',
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutate.config.ts' },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  incremental: true,
  incrementalFile: '.stryker-tmp/incremental.json',
  reporters: ['clear-text', 'html'],
  htmlReporter: { fileName: '.stryker-tmp/report.html' },
  clearTextReporter: { reportTests: false, allowColor: false },
  thresholds: { high: 95, low: 85, break: 85 },
  // What a mutant changes is found by tests, not by types; TypeScript 7 has no interface by which to ask it.
  tsconfigFile: 'none',
  ignorePatterns: ['/dist', '/docs', '/bench', '/examples', '/coverage'],
}

// biome-ignore lint/style/noDefaultExport: the form that Stryker reads
export default config
