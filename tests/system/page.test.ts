import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'
import { Wechatpay } from '../../lib/index.js'
import { call, IMPORT, IMPORT_BODY } from '../emulator/client.js'

/** Debian's: apt-get install chromium */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

let browser: Browser
let emulator: Emulator
let wxpay: Wechatpay
let receiver: Server
let notify_url: string
const heard: string[] = []
const pictures = mkdtempSync(join(tmpdir(), 'emulator-page-'))

beforeAll(async () => {
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  receiver = createServer((request, response) => {
    void wxpay.notifications.node(({ event_type }) => void heard.push(event_type))(request, response)
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  notify_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`
  console.info(`screenshots in ${pictures}`)
})
beforeEach(async () => {
  emulator = await createEmulator()
  wxpay = new Wechatpay(emulator.merchant)
  return async () => {
    wxpay.close()
    await emulator.close()
  }
})
afterAll(async () => {
  await browser.close()
  receiver.closeAllConnections()
  receiver.close()
})

const place = (out_trade_no: string, total = 100, url = notify_url) =>
  wxpay.v3.pay.transactions.native.post({
    json: {
      ...{ appid: 'wxd678efh567hg6787', mchid: emulator.merchant.mchid, description: 'QQ公仔' },
      ...{ out_trade_no, notify_url: url, amount: { total } },
    },
  })

const dayFromNow = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** A page, and what its browser complained of. */
async function open(width: number, locale: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, locale })
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(emulator.url)
  return { page, complaints }
}

/** Controls that nobody could call by a name. */
const NAMELESS = `[...document.querySelectorAll('input, select, textarea, button, img, [role=option]')]
  .filter((one) => !(one.labels?.length || one.ariaLabel || one.alt || one.textContent.trim()))
  .map((one) => one.outerHTML)`

const TABS = [
  ...['orders', 'refunds', 'transfers', 'users', 'notify', 'faults', 'platform', 'merchant', 'calls'],
]

/** An expression for a property of the first element that a selector finds. */
const styleOf = (selector: string, property: string, pseudo = ''): string =>
  `getComputedStyle(document.querySelector('${selector}'), '${pseudo}').${property}`

/** Nothing sticks out to the side. */
const isWithinItsWidth = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')

/** Chinese pages may have names, codes and what was sent in Latin letters; these are elements that hold such things. */
const PROSE = `(() => {
  const copy = document.body.cloneNode(true)
  for (const one of copy.querySelectorAll('noscript, script, code, pre, .mono, textarea, #language, .choices')) one.remove()
  return copy.innerText ?? copy.textContent
})()`

/** What is prose in English: words in a row, but for an option of the command. */
const englishIn = (text: string): string[] =>
  [...text.replaceAll(/--\S+ \S+/g, '').matchAll(/[a-z'’]+(?: [a-z'’]+)+/g)].map(([words]) => words)

describe.each([
  [1280, 'en-US'],
  [1280, 'zh-CN'],
  [390, 'en-US'],
  [390, 'zh-CN'],
])('the page, %i px wide in %s', (width, locale) => {
  const english = locale === 'en-US'
  const isNarrow = width < 800
  const picture = (name: string) => join(pictures, `${name}-${width}-${locale}.png`)
  const backToList = (page: Page) =>
    isNarrow
      ? page.getByRole('button', { name: english ? 'Back to the list' : '返回列表' }).click()
      : undefined
  const tab = (en: string, zh: string) => ({ name: english ? en : zh, exact: true })

  it('shows calls as they come, and which part of a message differs', async () => {
    const { page, complaints } = await open(width, locale)
    await page.getByText(english ? 'No calls yet' : '还没有调用').waitFor()
    await place('BROWSER-1')
    await call(emulator, 'GET', '/v3/bill/tradebill', undefined, {
      sent: { url: '/v3/bill/tradebill?bill_date=2024-01-01' },
    })
    await page.getByRole('option').nth(1).waitFor()
    await page.getByRole('option').first().click()
    const finding = english ? 'the URL was signed without its query' : '签名的 URL 缺少查询串'
    await page.locator('.note').getByText(finding).waitFor()
    expect(await page.locator('.differs').innerText()).toContain('/v3/bill/tradebill?bill_date=2024-01-01')
    await page.screenshot({ path: picture('calls'), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    await backToList(page)
    await page.getByRole('searchbox').fill('native')
    expect(await page.getByRole('option').count()).toBe(1)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('pays an order, and its notification arrives', async () => {
    heard.length = 0
    await place('BROWSER-2', 123_456)
    const { page, complaints } = await open(width, locale)
    await page.getByRole('tab', tab('Orders', '订单')).click()
    await page.getByRole('img').waitFor()
    expect(
      await page
        .locator('td img')
        .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    ).toBeGreaterThan(0)
    await page.screenshot({ path: picture('orders'), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    await page.getByText(english ? 'WeChat cannot pay this' : '微信无法支付此码').waitFor()
    const amount = page.locator('td.amount')
    expect(await amount.innerText()).toContain('1,234.56')
    expect(await page.evaluate(styleOf('td.amount', 'textAlign'))).toBe('right')
    await page
      .getByRole('button', { name: english ? 'Pay BROWSER-2' : '支付 BROWSER-2', exact: true })
      .click()
    await page.locator('.state.SUCCESS').waitFor()
    await expect.poll(() => heard).toEqual(['TRANSACTION.SUCCESS'])
    expect(complaints).toEqual([])
    await page.close()
  })

  it('sends a notification that is made up for it', async () => {
    heard.length = 0
    const { page, complaints } = await open(width, locale)
    await page.getByRole('tab', tab('Notifications', '通知')).click()
    await expect
      .poll(() => page.getByRole('textbox').last().inputValue())
      .toContain('"trade_state": "SUCCESS"')
    expect(await page.getByRole('combobox').inputValue()).toBe('TRANSACTION.SUCCESS')
    await page.getByRole('combobox').selectOption('REFUND.SUCCESS')
    await expect.poll(() => page.getByRole('textbox').last().inputValue()).toContain('out_refund_no')
    await page.locator('input[name=url]').fill(notify_url)
    await page.getByRole('button', { name: english ? 'Send' : '发送' }).click()
    await expect.poll(() => heard).toEqual(['REFUND.SUCCESS'])
    await page
      .locator('.note')
      .getByText(/HTTP 20[04]/)
      .waitFor()
    await place('BROWSER-5')
    await emulator.pay('BROWSER-5')
    await page.getByText(english ? 'taken' : '已接收').waitFor()
    await page.screenshot({ path: picture('notify'), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('lists faults in words and ends them one by one', async () => {
    const { page } = await open(width, locale)
    await page.getByRole('tab', tab('Faults', '故障')).click()
    await page.locator('input[name=status]').fill('503')
    await page.locator('input[name=times]').first().fill('3')
    await page.getByRole('button', { name: english ? 'Add' : '添加', exact: true }).click()
    await page.getByText(english ? 'HTTP 503, 3 times' : 'HTTP 503，3 次').waitFor()
    await page.locator('input[name=rate]').fill('100')
    await page.getByRole('button', { name: english ? 'Add limit' : '添加限制' }).click()
    await page.getByText(english ? 'at most 100 requests a second' : '每秒最多 100 次请求').waitFor()
    await page.locator('input[name=notification]').fill('REFUND.SUCCESS')
    await page.locator('select[name=fault]').last().selectOption('duplicate')
    await page.getByRole('button', { name: english ? 'Add for notifications' : '添加通知故障' }).click()
    await page
      .locator('.rule')
      .getByText(english ? 'arrives twice at once' : '同时到达两次')
      .waitFor()
    await page.screenshot({ path: picture('faults'), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    await expect(wxpay.v3.certificates.get({ retry: false })).rejects.toMatchObject({ status: 503 })
    const end = (subject: string) =>
      page.getByRole('button', { name: `${english ? 'End' : '结束'} ${subject}` }).click()
    await end(`${english ? 'Notification' : '通知'} REFUND.SUCCESS`)
    await expect.poll(() => page.locator('.rule').count()).toBe(2)
    await page.getByText('HTTP 503').waitFor()
    await page.getByRole('button', { name: english ? 'Clear all' : '全部清除' }).click()
    await page.getByText(english ? 'No faults' : '没有故障').waitFor()
    await wxpay.v3.capital.capitallhh.areas.provinces.get({ retry: false })
    await page.close()
  })

  it('ends refunds, and says what becomes of those to come', async () => {
    const { page, complaints } = await open(width, locale)
    await page.getByRole('tab', tab('Refunds', '退款')).click()
    await page.locator('select[name=status]').selectOption('PROCESSING')
    await page.getByRole('button', { name: english ? 'Apply' : '应用' }).click()
    await page
      .locator('#status')
      .getByText(english ? 'From now on' : '已设置')
      .waitFor()
    await place('BROWSER-R', 1_000_000)
    await emulator.pay('BROWSER-R')
    for (const out_refund_no of ['REFUND-1', 'REFUND-2']) {
      const amount = { refund: 250_000, total: 1_000_000, currency: 'CNY' }
      await wxpay.v3.refund.domestic.refunds.post({
        json: { out_trade_no: 'BROWSER-R', out_refund_no, amount },
      })
    }
    const row = (number: string) => page.locator('tr', { hasText: number })
    await row('REFUND-2').locator('.state.PROCESSING').waitFor()
    expect(await row('REFUND-1').innerText()).toContain('2,500.00')
    await page.screenshot({ path: picture('refunds'), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    await page
      .getByRole('button', { name: english ? 'Make it abnormal REFUND-1' : '退款异常 REFUND-1' })
      .click()
    await row('REFUND-1').locator('.state.ABNORMAL').waitFor()
    await page.getByRole('button', { name: english ? 'Succeed REFUND-1' : '退款到账 REFUND-1' }).click()
    await row('REFUND-1').locator('.state.SUCCESS').waitFor()
    await row('REFUND-1')
      .locator('td.time')
      .getByText(english ? 'Refunded' : '到账')
      .waitFor()
    expect(complaints).toEqual([])
    await page.close()
  })

  it('fails and cancels transfers', async () => {
    for (const out_bill_no of ['TRANSFER1', 'TRANSFER2']) {
      await wxpay.v3.fundApp.mchTransfer.transferBills.post({
        json: {
          ...{ appid: 'wxd678efh567hg6787', out_bill_no, transfer_scene_id: '1000', transfer_remark: '活动' },
          ...{ openid: 'o-MYE42l80oelYMDE34nYD456Xoy', transfer_amount: 20_000 },
          transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员' }],
        },
      })
    }
    const { page, complaints } = await open(width, locale)
    await page.getByRole('tab', tab('Transfers', '转账')).click()
    await page.locator('select[name=fail_reason]').selectOption('ACCOUNT_FROZEN')
    await page.getByRole('button', { name: english ? 'Fail TRANSFER1' : '转账失败 TRANSFER1' }).click()
    await page.locator('.state.FAIL').waitFor()
    await page
      .locator('td.state')
      .getByText(english ? 'the account is frozen' : '收款账户被冻结')
      .waitFor()
    await page.getByRole('button', { name: english ? 'Cancel TRANSFER2' : '撤销 TRANSFER2' }).click()
    await page.locator('.state.CANCELLED').waitFor()
    await page.screenshot({ path: picture('transfers'), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    const { data } = await wxpay.v3.fundApp.mchTransfer.transferBills.outBillNo._out_bill_no_.get({
      out_bill_no: 'TRANSFER1',
    })
    expect(data).toMatchObject({ state: 'FAIL', fail_reason: 'ACCOUNT_FROZEN' })
    expect(complaints).toEqual([])
    await page.close()
  })

  it('complains as a user, and shows the members', async () => {
    await place('BROWSER-C', 8_800)
    await emulator.pay('BROWSER-C')
    await call(emulator, 'POST', IMPORT, IMPORT_BODY)
    const { page, complaints } = await open(width, locale)
    await page.getByRole('tab', tab('Users', '用户')).click()
    await page.locator('option', { hasText: 'BROWSER-C' }).waitFor({ state: 'attached' })
    await page.locator('input[name=detail]').fill('杯子碎了')
    await page.getByRole('button', { name: english ? 'Complain as the user' : '以用户身份投诉' }).click()
    await page.locator('.rows').getByText('杯子碎了').waitFor()
    await page.getByText(IMPORT_BODY.openid).waitFor()
    await page.screenshot({ path: picture('users'), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    const { data } = await wxpay.v3.merchantService.complaintsV2.get({
      query: { begin_date: dayFromNow(-1), end_date: dayFromNow(1), limit: 10, offset: 0 },
    })
    expect(data.data).toMatchObject([{ complaint_detail: '杯子碎了' }])
    expect(complaints).toEqual([])
    await page.close()
  })

  it('moves and stops the clock, and rotates certificates', async () => {
    const port = Number(new URL(emulator.url).port)
    await emulator.close()
    emulator = await createEmulator({ port, platform: 'certificates' })
    const { page, complaints } = await open(width, locale)
    await page.getByRole('tab', tab('Platform', '平台')).click()
    const before = emulator.clock()
    await page.getByRole('button', { name: english ? 'A day on' : '一天后' }).click()
    await expect.poll(() => emulator.clock()).toBeGreaterThan(before + 86_399_000)
    await page.getByRole('button', { name: english ? 'Stop' : '停止', exact: true }).click()
    await page.getByText(english ? 'It is stopped.' : '时钟已停止').waitFor()
    expect(emulator.clock()).toBe(emulator.clock())
    await page.locator('input[name=to]').fill('2025-01-01 08:00:00')
    await page.getByRole('button', { name: english ? 'Set' : '设置', exact: true }).click()
    await expect.poll(() => emulator.clock()).toBe(new Date('2025-01-01T08:00:00').getTime())
    await page.getByRole('button', { name: english ? 'Back to now' : '回到现在' }).click()
    const [first = ''] = Object.keys(await emulator.certificates())
    await page.getByRole('button', { name: english ? 'Rotate' : '更换证书' }).click()
    await expect.poll(() => page.locator('.rows a').count()).toBe(2)
    await page.screenshot({ path: picture('platform'), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    await page.getByRole('button', { name: english ? 'Drop the older ones' : '停用旧证书' }).click()
    await expect.poll(() => page.getByText(first).count()).toBe(0)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('shows what was notified and answered, when it comes again, and sends it again', async () => {
    let status = 500
    const shop = createServer(
      (_, response) => void response.writeHead(status).end('{"code":"FAIL","message":"数据库繁忙"}'),
    )
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
    const notified = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/notify`
    await place('BROWSER-N', 100, notified)
    await emulator.pay('BROWSER-N')
    const { page, complaints } = await open(width, locale)
    await page.getByRole('tab', tab('Notifications', '通知')).click()
    await page.getByText(english ? /^Next attempt \d\d:/ : /^下次发送 \d\d:/).waitFor()
    await page.locator('summary').click()
    await page.locator('pre').getByText('数据库繁忙').waitFor()
    await page.locator('pre').getByText('"out_trade_no": "BROWSER-N"').waitFor()
    await page.locator('pre').getByText('"ciphertext"').waitFor()
    status = 200
    await page.getByRole('button', { name: english ? 'Send again' : '再次发送' }).click()
    await page
      .locator('.status')
      .getByText(english ? 'taken' : '已接收')
      .waitFor()
    expect(await page.locator('details[open]').count()).toBe(1)
    await page.screenshot({ path: picture('deliveries'), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    expect(emulator.deliveries[0]?.attempts).toMatchObject([{ status: 500 }, { status: 200 }])
    shop.closeAllConnections()
    shop.close()
    expect(complaints).toEqual([])
    await page.close()
  })

  it('opens a call in a view of its own where it is narrow, and goes back', async () => {
    await place('BROWSER-V')
    const { page } = await open(width, locale)
    await page.getByRole('option').first().click()
    await page.getByRole('heading', { name: 'POST' }).waitFor()
    expect(await page.getByRole('listbox').isVisible()).toBe(!isNarrow)
    expect(new URL(page.url()).hash).toMatch(/^#calls\/\d+$/)
    await page.reload()
    await page.getByRole('heading', { name: 'POST' }).waitFor()
    if (isNarrow) {
      await backToList(page)
      await page.getByRole('listbox').waitFor()
      expect(await page.getByRole('heading', { name: 'POST' }).isVisible()).toBe(false)
      await page.getByRole('option').first().click()
      await page.getByRole('heading', { name: 'POST' }).waitFor()
      await page.goBack()
      await page.getByRole('listbox').waitFor()
    }
    await page.close()
  })

  it.runIf(locale === 'zh-CN')('is Chinese throughout', async () => {
    await place('BROWSER-Z', 100, 'https://shop.example.com/notify')
    await emulator.pay('BROWSER-Z')
    await place('BROWSER-Y', 100, 'http://127.0.0.1:1/notify')
    await emulator.pay('BROWSER-Y')
    await call(emulator, 'POST', '/v3/pay/transactions/native', { mchid: emulator.merchant.mchid })
    await call(emulator, 'GET', '/v3/certificates', undefined, { serial: '0'.repeat(40) })
    await call(emulator, 'GET', '/v3/certificates', undefined, { timestamp: 1 })
    emulator.fail({ path: 'v3/x', method: 'GET', status: 500, code: 'SYSTEM_ERROR', probability: 0.5 })
    emulator.fail({ notification: '*', fault: 'reorder' })
    emulator.limit({ rate: 5 })
    const { page } = await open(width, locale)
    for (const name of TABS) {
      await page.locator(`#tab-${name}`).click()
      await page.getByRole('button').first().waitFor()
      await page.waitForLoadState('networkidle').catch(() => {})
      expect([name, englishIn(await page.evaluate(PROSE))]).toEqual([name, []])
    }
    for (let n = 0; n < 3; n++) {
      await page.getByRole('option').nth(n).click()
      await page.locator('.note').waitFor()
      expect(englishIn(await page.evaluate(PROSE))).toEqual([])
      await backToList(page)
    }
    await page.close()
  })

  it('shows the configuration, its secrets when asked', async () => {
    const { page } = await open(width, locale)
    await page.getByRole('tab', tab('Configuration', '配置')).click()
    await page.getByText(emulator.merchant.serial).first().waitFor()
    expect(await page.content()).not.toContain(emulator.merchant.apiv3Key)
    await page.getByRole('button', { name: english ? 'Show secrets' : '显示密钥' }).click()
    await page.getByText(emulator.merchant.apiv3Key).first().waitFor()
    for (const [language, sign] of Object.entries({
      PHP: 'Builder::factory',
      Go: 'WithWechatPayPublicKeyAuthCipher',
      Java: 'RSAPublicKeyConfig.Builder',
      Python: 'WeChatPayType.NATIVE',
    })) {
      await page.getByRole('button', { name: language, exact: true }).click()
      const code = await page.locator('pre').innerText()
      expect(code).toContain(sign)
      for (const value of [emulator.merchant.mchid, emulator.merchant.serial]) expect(code).toContain(value)
    }
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'apiclient_key.pem' }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toBe('apiclient_key.pem')
    expect(readFileSync(await download.path(), 'utf8')).toBe(emulator.merchant.privateKey)
    await page.screenshot({ path: picture('merchant') })
    expect(await isWithinItsWidth(page)).toBe(true)
    await page.close()
  })

  it('shows which field breaks a schema, and what is wrong in v2', async () => {
    const { page, complaints } = await open(width, locale)
    await call(emulator, 'POST', IMPORT, { ...IMPORT_BODY, openid: 1 })
    await page.getByRole('option').first().click()
    const finding = english ? '/openid must be a text' : '/openid 须为文本'
    await page.locator('.note').getByText(finding, { exact: true }).waitFor()
    expect(await page.evaluate(styleOf('.note strong', 'textTransform', '::first-letter'))).toBe('none')
    await page.screenshot({ path: picture('schema'), fullPage: true })
    await backToList(page)
    await fetch(`${emulator.url}/pay/orderquery`, {
      method: 'POST',
      body: '<xml><appid>wx1</appid><nonce_str>n</nonce_str><sign>0</sign></xml>',
    })
    await page.getByRole('option').nth(1).waitFor()
    await page.getByRole('option').first().click()
    await page
      .locator('.note')
      .getByText(english ? 'signed with another key or over' : '签名所用的密钥或字段不同')
      .waitFor()
    expect(await isWithinItsWidth(page)).toBe(true)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('has a name for every control, and is readable in the dark', async () => {
    await place('BROWSER-6')
    await call(emulator, 'GET', '/v3/bill/tradebill', undefined, { sent: { url: '/v3/bill/tradebill?a=1' } })
    const { page } = await open(width, locale)
    await page.emulateMedia({ colorScheme: 'dark' })
    for (const name of TABS) {
      await page.locator(`#tab-${name}`).click()
      if (name === 'calls') await page.getByRole('option').first().click()
      await page.getByRole('button').first().waitFor()
      expect(await page.evaluate(NAMELESS)).toEqual([])
      await page.screenshot({ path: picture(`${name}-dark`) })
    }
    await page.close()
  })

  it('finds a restarted emulator again', async () => {
    const { page } = await open(width, locale)
    await page.getByText(english ? 'live' : '实时', { exact: true }).waitFor()
    await emulator.close()
    await page.getByText(english ? 'connection lost' : '连接已断开').waitFor()
    emulator = await createEmulator({ port: Number(new URL(emulator.url).port) })
    await page.getByText(english ? 'live' : '实时', { exact: true }).waitFor()
    await page.close()
  })

  it('works by keyboard alone', async () => {
    await place('BROWSER-3')
    await place('BROWSER-4')
    const { page } = await open(width, locale)
    await page.getByRole('option').nth(1).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.className')).toBe('skip')
    await page.getByRole('listbox').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    expect(await page.getByRole('option').nth(1).getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'POST' }).waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.getAttribute("role")')).toBe('region')
    await page.getByRole('tab', { selected: true }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe(english ? 'Orders' : '订单')
    await page.locator('#language').focus()
    await page.keyboard.press('Enter')
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe(english ? '订单' : 'Orders')
    await page.close()
  })
})
