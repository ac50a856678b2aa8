import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--expose-gc'],
    coverage: { include: ['lib/**'], exclude: ['**/generated/**'] },
  },
})

// biome-ignore lint/style/noDefaultExport: vitest looks for the default export
export default config
