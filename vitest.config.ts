import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/system/**'],
    pool: 'forks',
    execArgv: ['--expose-gc'],
    globalSetup: ['tests/package/shared-installation.ts'],
    maxWorkers: '100%',
    // Each process imports the sources once, and not once for each file.
    isolate: false,
    coverage: { include: ['lib/**'], exclude: ['**/generated/**'] },
  },
})

export default config
