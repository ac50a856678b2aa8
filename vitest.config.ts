import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: 'scripts/data.ts',
    exclude: ['tests/system/**'],
    pool: 'forks',
    execArgv: ['--expose-gc'],
    coverage: { include: ['lib/**'], exclude: ['**/generated/**', 'lib/data/**'] },
  },
})

export default config
