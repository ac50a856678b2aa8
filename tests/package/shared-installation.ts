/** The folder in which the test files that need the built package share one: the first of them builds it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    readonly installation: string
  }
}

let folder: string

export function setup(project: TestProject): void {
  // Below this folder the dependencies are found.
  const cache = join(import.meta.dirname, '../../node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  folder = mkdtempSync(join(cache, 'installation-'))
  project.provide('installation', folder)
}

export function teardown(): void {
  rmSync(folder, { recursive: true, force: true })
}
