import { defineConfig } from 'vitest/config'
import { part, SLOW } from './stryker.config.mjs'

export default defineConfig({ test: { include: part.tests, exclude: SLOW } })
