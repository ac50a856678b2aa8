import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LanguageServer, startLanguageServer } from './language-server.js'

const HEAD = "import type { Chain } from '../../types/index.js'\ndeclare const wxpay: Chain\n"
const NAME = '根据openid导入用户会员卡'
const LINK = 'https://pay.weixin.qq.com/doc/v3/merchant/4012549739'
const IS_DEPRECATED = 6385

let editor: LanguageServer

beforeAll(async () => {
  const root = join(import.meta.dirname, '..', '..')
  editor = await startLanguageServer(root, join(import.meta.dirname, 'open-in-the-editor.ts'))
}, 30_000)
afterAll(() => editor.close())

/** What an editor shows on the last name of an expression. */
const hoverOf = (expression: string): Promise<string> => {
  editor.edit(HEAD + expression)
  return editor.hover(HEAD.length + expression.length - 1)
}

it.each([
  'wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import.post',
  "wxpay.v3.marketing['membercard-open'].cards['{card_id}'].users.import.post",
  "wxpay.chain('v3/marketing/membercard-open/cards/{card_id}/users/import').post",
  "wxpay['v3/marketing/membercard-open/cards/{card_id}/users/import'].post",
  "wxpay['v3/marketing/membercard-open'].cards.chain('{card_id}/users').import.post",
])('shows the name of the API and its official page on %s', async (expression) => {
  const shown = await hoverOf(expression)
  expect(shown).toContain('post: Operation<')
  expect(shown).toContain(NAME)
  expect(shown).toContain(LINK)
})

it.each([
  'wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import.postAsync',
  "wxpay['v3/marketing/membercard-open/cards/{card_id}/users/import'].postAsync",
])('shows the same on the twin %s', async (expression) => {
  expect(await hoverOf(expression)).toContain(NAME)
})

it.each([
  'wxpay.v3.merchantService.complaints.get',
  "wxpay.chain('v3/merchant-service/complaints').get",
  "wxpay['v3/merchant-service/complaints'].get",
  'wxpay.v3.merchantService.complaints.getAsync',
])('strikes through the deprecated %s', async (expression) => {
  editor.edit(HEAD + expression)
  expect(await editor.diagnostics()).toContain(IS_DEPRECATED)
})

it('offers the segments after a dot, and the paths inside a string', async () => {
  editor.edit(`${HEAD}wxpay.v3.`)
  expect(await editor.completions(HEAD.length + 'wxpay.v3.'.length)).toContain('marketing')
  editor.edit(`${HEAD}wxpay.chain('')`)
  expect(await editor.completions(HEAD.length + "wxpay.chain('".length)).toContain('v3/certificates')
})
