import { join } from 'node:path'
import { expect, it } from 'vitest'
import { lookup } from '../../../lib/catalog/lookup.js'
import { METHODS } from '../../../lib/cli/migrate/node-v3-methods.js'
import { compileFiles } from '../../types/snippets.js'
import { shapes } from './shapes.js'

const root = join(import.meta.dirname, '../../..')

/** What the compiler says of programs, each in a folder of its own. */
function compile(programs: readonly Readonly<Record<string, string>>[]): string {
  const files = programs.flatMap((program, index) =>
    Object.entries(program).map(([name, text]) => {
      // Deno's way of naming a package is not TypeScript's.
      return [`programs/${index}/${name}`, text.replaceAll('npm:', '')]
    }),
  )
  return compileFiles(root, Object.fromEntries(files), { allowJs: true, checkJs: false })
}

/** One that does not compile, so that it shows whether anything is compiled at all. */
const WRONG = `import type { Wechatpay } from 'wechatpay-fluent'
export const pay = (wxpay: Wechatpay) => wxpay.v3.pay.transactions.native.post({ description: 'Tea' })
`

it('writes programs that compile', { timeout: 120_000 }, () => {
  const whole = shapes.filter((one) => one.isWhole).map(({ after }) => after)
  const problems = compile([...whole, { 'wrong.ts': WRONG }]).match(/^\S+\.\w+\(\d+,\d+\): error.*$/gm) ?? []
  expect(problems).toEqual([expect.stringContaining('wrong.ts(2,')])
})

it.each(Object.entries(METHODS))('%s becomes the call of a documented endpoint', (_, { path, verb }) => {
  expect(lookup(path, verb)).toBeDefined()
})
