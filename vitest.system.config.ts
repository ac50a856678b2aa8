import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** What needs more than Node: Debian's Chromium, Redis. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['tests/system/**/*.test.ts'],
    globalSetup: ['scripts/data.ts', 'tests/package/shared-installation.ts'],
    env: { LC_ALL: 'C' },
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
  },
})

export default config
