import { defineConfig } from 'vitest/config'
import { part, SLOW } from './stryker.config.mjs'

// One process for all files of a mutant, so that the sources are imported once for each mutant; the next gets another.
export default defineConfig({ test: { include: part.tests, exclude: SLOW, isolate: false } })
