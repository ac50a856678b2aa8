import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { languageOf } from '../../lib/cli/language.js'

test.each([
  [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
  [{ LANG: 'zh_TW' }, 'zh'],
  [{ LANG: 'zh-Hans-CN' }, 'zh'],
  [{ LANG: 'en_US.UTF-8' }, 'en'],
  [{ LANG: 'zha_CN' }, 'en'],
  [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
  [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_CN.UTF-8' }, 'zh'],
  [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_GB', LC_ALL: '' }, 'en'],
])('%j is %s', (env, language) => {
  expect(languageOf(env)).toBe(language)
})

/** Where the variables are absent, as on Windows, the setting of the system decides; here, a process takes that from its own `LANG`. */
test.each([
  ['zh_CN.UTF-8', 'zh'],
  ['zh_HK.UTF-8', 'zh'],
  ['en_US.UTF-8', 'en'],
])('without variables, on a system of %s, it is %s', async (LANG, language) => {
  const file = new URL('../../lib/cli/language.ts', import.meta.url)
  const program = `import(${JSON.stringify(file.href)}).then(({ languageOf }) => console.log(languageOf({})))`
  const { PATH } = process.env
  const args = ['--import', 'tsx', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { PATH, LANG } })
  expect(stdout.trim()).toBe(language)
})
