import { defineConfig } from 'vitest/config'
import { tests } from './stryker.config.mjs'

export default defineConfig({
  test: {
    include: tests,
    // One process for all files of a mutant, so that the sources are imported once for each mutant; the next gets another.
    isolate: false,
    // A busy machine must not be taken for a test that noticed. What never ends is ended by Stryker.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
