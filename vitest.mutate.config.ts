import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** The tests of what `stryker.config.mjs` changes, without those that are slow or need more than one process. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: [
      'tests/crypto/**/*.test.ts',
      'tests/protocols/**/*.test.ts',
      'tests/notifications/**/*.test.ts',
      'tests/faults/untrusted-answers.test.ts',
      'tests/bulk/{journal,run,failures}.test.ts',
    ],
    exclude: ['**/catalogue.test.ts', 'tests/notifications/{frameworks,sockets}.test.ts'],
  },
})

export default config
