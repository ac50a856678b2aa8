import { mkdtempSync } from 'node:fs'
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

const place = (out_trade_no: string) =>
  wxpay.v3.pay.transactions.native.post({
    json: {
      ...{ appid: 'wxd678efh567hg6787', mchid: emulator.merchant.mchid, description: 'QQ公仔' },
      ...{ out_trade_no, notify_url, amount: { total: 100 } },
    },
  })

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

/** Nothing sticks out to the side. */
const isWithinItsWidth = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')

describe.each([
  [1280, 'en-US'],
  [390, 'zh-CN'],
])('the page, %i px wide in %s', (width, locale) => {
  const english = locale === 'en-US'
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
    await page.screenshot({ path: join(pictures, `calls-${width}.png`), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    await page.getByRole('searchbox').fill('native')
    expect(await page.getByRole('option').count()).toBe(1)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('pays an order, and its notification arrives', async () => {
    heard.length = 0
    await place('BROWSER-2')
    const { page, complaints } = await open(width, locale)
    await page.getByRole('tab', tab('Orders', '订单')).click()
    await page.getByRole('img').waitFor()
    expect(
      await page
        .locator('td img')
        .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    ).toBeGreaterThan(0)
    await page.screenshot({ path: join(pictures, `orders-${width}.png`), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    await page.getByRole('button', { name: 'BROWSER-2' }).click()
    await page.locator('.state.SUCCESS').waitFor()
    await expect.poll(() => heard).toEqual(['TRANSACTION.SUCCESS'])
    expect(complaints).toEqual([])
    await page.close()
  })

  it('sends a notification that is made up for it', async () => {
    heard.length = 0
    const { page, complaints } = await open(width, locale)
    await page.getByRole('tab', tab('Notifications', '通知')).click()
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
    await page.screenshot({ path: join(pictures, `notify-${width}.png`), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('scripts a fault and ends it', async () => {
    const { page } = await open(width, locale)
    await page.getByRole('tab', tab('Faults', '故障')).click()
    await page.locator('input[name=status]').fill('503')
    await page.getByRole('button', { name: english ? 'Add' : '添加', exact: true }).click()
    await page.getByText('"status":503').waitFor()
    await page.locator('input[name=rate]').fill('100')
    await page.getByRole('button', { name: english ? 'Add limit' : '添加限制' }).click()
    await page.getByText('"rate":100').waitFor()
    await page.screenshot({ path: join(pictures, `faults-${width}.png`), fullPage: true })
    expect(await isWithinItsWidth(page)).toBe(true)
    await expect(wxpay.v3.certificates.get({ retry: false })).rejects.toMatchObject({ status: 503 })
    await page.getByRole('button', { name: english ? 'Clear all' : '全部清除' }).click()
    await page.getByText(english ? 'No faults' : '没有故障').waitFor()
    await wxpay.v3.certificates.get({ retry: false })
    await page.close()
  })

  it('shows the configuration, its secrets when asked', async () => {
    const { page } = await open(width, locale)
    await page.getByRole('tab', tab('Configuration', '配置')).click()
    await page.getByText(emulator.merchant.serial).first().waitFor()
    expect(await page.content()).not.toContain(emulator.merchant.apiv3Key)
    await page.getByRole('button', { name: english ? 'Show secrets' : '显示密钥' }).click()
    await page.getByText(emulator.merchant.apiv3Key).first().waitFor()
    await page.screenshot({ path: join(pictures, `merchant-${width}.png`) })
    expect(await isWithinItsWidth(page)).toBe(true)
    await page.close()
  })

  it('shows which field breaks a schema, and what is wrong in v2', async () => {
    const { page, complaints } = await open(width, locale)
    await call(emulator, 'POST', IMPORT, { ...IMPORT_BODY, openid: 1 })
    await page.getByRole('option').first().click()
    await page.locator('.note').getByText('/openid must be a text', { exact: true }).waitFor()
    await page.screenshot({ path: join(pictures, `schema-${width}.png`), fullPage: true })
    await fetch(`${emulator.url}/pay/orderquery`, {
      method: 'POST',
      body: '<xml><appid>wx1</appid><nonce_str>n</nonce_str><sign>0</sign></xml>',
    })
    await page.locator('.status.wrong').nth(1).waitFor()
    await page.getByRole('option').first().click()
    await page
      .getByText(english ? 'signed with another key or over' : '签名所用的密钥或字段不同')
      .first()
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
    for (const name of ['orders', 'notify', 'faults', 'merchant', 'calls']) {
      await page.locator(`#tab-${name}`).click()
      if (name === 'calls') await page.getByRole('option').first().click()
      await page.getByRole('button').nth(1).waitFor()
      expect(await page.evaluate(NAMELESS)).toEqual([])
      await page.screenshot({ path: join(pictures, `${name}-${width}-dark.png`) })
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
    await page.getByRole('heading', { name: 'POST' }).waitFor()
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('region')
    await page.getByRole('tab', { selected: true }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe(english ? 'Orders' : '订单')
    await page.locator('#language').focus()
    await page.keyboard.press('Enter')
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe(english ? '订单' : 'Orders')
    await page.close()
  })
})
