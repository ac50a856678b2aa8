import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/system/**'],
    pool: 'forks',
    execArgv: ['--expose-gc'],
    maxWorkers: 2,
    // Two processes import the sources once, and not once for each file.
    isolate: false,
    coverage: { include: ['lib/**'], exclude: ['**/generated/**'] },
  },
})

export default config
