import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { compileSnippets } from './snippets.js'

const root = join(import.meta.dirname, '../..')

it('the TypeScript of the README compiles', () => {
  const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)]
  const snippets = blocks.map(([, code = ''], at) => ({ name: `block-${at + 1}`, code }))
  expect(blocks.length).toBeGreaterThan(15)
  expect(compileSnippets(root, snippets)).toBe('')
}, 60_000)
