import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/system/**'],
    pool: 'forks',
    execArgv: ['--expose-gc'],
    globalSetup: ['scripts/data.ts', 'tests/package/shared-installation.ts'],
    maxWorkers: '100%',
    // The command line speaks the language of the locale, and tests read English.
    // The compiler, which is written in Go, would spend a third of its time collecting garbage.
    env: { LC_ALL: 'C', GOGC: '400' },
    // Each process imports the sources once, and not once for each file. A test puts back what it changes of the
    // process, such as the environment.
    isolate: false,
    // Megabytes of plain JavaScript, which Node reads as they are.
    server: { deps: { external: [/\/lib\/data\//] } },
    // For what never comes: a test that waits for an event waits as long as a busy machine takes.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000, interval: 10 } },
    coverage: { include: ['lib/**'], exclude: ['**/generated/**', 'lib/data/**'] },
  },
})

export default config
