import { defineConfig } from 'vitest/config'
import { tests } from './stryker.config.mjs'

// One process for all files of a mutant, so that the sources are imported once for each mutant; the next gets another.
export default defineConfig({ test: { include: tests, isolate: false } })
