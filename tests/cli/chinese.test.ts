import { beforeAll, describe, expect, it, vi } from 'vitest'
import { EXPLANATIONS } from '../../lib/cli/chinese-errors.js'
import { widthOf } from '../../lib/cli/layout.js'
import { codesOfTheLibrary } from '../documentation/library-codes.js'
import { createMerchant, type Merchant } from './merchant.js'
import { type Ran, type RunOptions, wxpay } from './run.js'
import { constantsOf, proseOf, readTexts } from './texts.js'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const CHINESE = { LC_ALL: 'zh_CN.UTF-8' }
const inChinese = (args: readonly string[], { env, ...more }: RunOptions = {}): Promise<Ran> =>
  wxpay(args, { ...more, env: { ...CHINESE, ...env } })

const HAN = /[\p{Script=Han}：；]/u

describe('the texts of the command line', () => {
  const { pairs, others } = readTexts()

  it('differ between the languages, and have the same parts, flags and numbers in both', () => {
    expect(pairs.length).toBeGreaterThan(100)
    for (const { place, en, zh } of pairs) {
      if (en !== '') expect(zh, place).not.toBe(en)
      if (en !== '' && zh !== '') expect(constantsOf(zh), `${place}: ${zh}`).toEqual(constantsOf(en))
      if (zh !== '') expect(HAN.test(zh), `${place}: ${zh}`).toBe(true)
    }
  })

  it('are in both languages wherever they are prose', () => {
    // Patterns of what Commander says, scripts of shells, and what programs read.
    const isOther = ({ place }: { place: string }): boolean =>
      /^(?:chinese-help|completion|dry-run|emulator-config)\.ts/.test(place)
    const prose = others.filter((one) => !isOther(one) && proseOf(one.text))
    expect(prose).toEqual([])
  })
})

describe('the help in Chinese', () => {
  /** Reads the help of a command and of those below it, by command. */
  async function readHelp(path: readonly string[] = []): Promise<ReadonlyMap<string, string>> {
    const { code, stdout } = await inChinese([...path, '--help'])
    expect(code).toBe(0)
    const [, list = ''] = /^命令：\n((?: {2}.*\n)+)/m.exec(stdout) ?? []
    const names = [...list.matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name = '']) => name)
    const below = await Promise.all(
      names.filter((name) => name !== 'help').map((name) => readHelp([...path, name])),
    )
    return new Map([[path.join(' '), stdout], ...below.flatMap((one) => [...one])])
  }

  it('is Chinese in every line that is no code, and fits a terminal', async () => {
    const helps = await readHelp()
    expect([...helps.keys()]).toEqual(
      expect.arrayContaining(['call', 'routes show', 'bulk member-cards', 'bulk worker', 'notify send']),
    )
    for (const [command, help] of helps) {
      const lines = help.split('\n')
      expect(
        lines.filter((line) => proseOf(line)),
        command,
      ).toEqual([])
      // An item has its text in its own line, or in the next one.
      const items = lines.filter(
        (line) => /^ {2}(?:-|\[?[\w-]+\S* {2,})/.test(line) && !/^ {2}wechat/.test(line),
      )
      expect(
        items.filter((line) => !HAN.test(line)),
        command,
      ).toEqual([])
      expect(
        lines.filter((line) => widthOf(line) > 120),
        command,
      ).toEqual([])
    }
  })
})

describe('a mistake in the command line', () => {
  it.each([
    [['cal'], '错误：没有命令 cal\n（是否想写 call？）'],
    [['call'], '错误：缺少参数 <path>'],
    [['call', 'v3/certificates', '--jsn', '{}'], '错误：没有选项 --jsn\n（是否想写 --json'],
    [['call', 'v3/certificates', '--json'], '错误：选项 --json <text> 缺少值'],
    [
      ['call', 'v3/certificates', '-X', 'FETCH'],
      "的值 'FETCH' 无效。应为 GET, POST, PUT, PATCH, DELETE 之一。",
    ],
    [['bill', 'trade'], '错误：缺少选项 --date <day>'],
    [['bill', 'trades', '--date', 'x'], "错误：参数 <kind> 的值 'trades' 无效。可选：trade, fundflow"],
    [['certs', 'a', 'b'], '错误：参数过多：应有 0 个，给出了 2 个。'],
    [
      ['call', 'v3/certificates', 'post'],
      '错误：请求方法在这里是选项：wechatpay-fluent call -X POST v3/certificates',
    ],
    [['routes', 'show', 'v3/refund/domestc/refunds'], "；是否想写 'v3/refund/domestic/refunds'？"],
    [['call', 'v3/certificates', '--json', '{'], '错误：--json 不是 JSON'],
  ])('%j is told in Chinese', async (args, message) => {
    const { code, stdout, stderr } = await inChinese(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/error:|Did you mean/)
  })
})

describe('an error of the library', () => {
  let merchant: Merchant
  beforeAll(async () => {
    merchant = await createMerchant()
  })

  it('has an explanation for each of its codes', () => {
    expect(Object.keys(EXPLANATIONS).sort()).toEqual(codesOfTheLibrary())
  })

  it('keeps its message, with a line below that says in Chinese what to do', async () => {
    const env = { ...CHINESE, WXPAY_SERIAL: '', WXPAY_APIV3_KEY: 'short' }
    const { code, stderr } = await merchant.run(['certs'], { env })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^错误：\S.*[a-z] .*\n {2}（wechatpay-fluent doctor 检查全部配置）\n {2}\S.*。\n$/)
  })

  it('says that the outcome of a write is open', async () => {
    const args = ['call', 'v3/profitsharing/orders/unfreeze', '--json', '{}', '--no-retry']
    merchant.emulator.fail({ path: 'v3/profitsharing/orders/unfreeze', status: 502 })
    const { stderr } = await merchant.run(args, { env: CHINESE })
    expect(stderr).toContain('结果未定：写操作可能已经执行')
  })

  it('gives programs the same results in every language', async () => {
    for (const args of [
      ['certs', '--json'],
      ['routes', '退款', '--json'],
      ['routes', 'show', 'v3/refund/domestic/refunds', '--json'],
      ['completion', 'bash'],
      ['call', 'v3/pay/transactions/native', '--json', '{"appid":1}', '--no-retry'],
    ]) {
      const english = await merchant.run(args)
      const chinese = await merchant.run(args, { env: CHINESE })
      const [a, b] = [english, chinese].map(({ stdout }) =>
        stdout.replace(/"(requestId|[Rr]equest-[Ii][Dd]|date|wechatpay-\w+|message)": ".*"/g, ''),
      )
      expect({ code: chinese.code, stdout: b }).toEqual({ code: english.code, stdout: a })
    }
  })
})
