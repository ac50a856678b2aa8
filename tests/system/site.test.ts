import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
/** Debian's: apt-get install chromium */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const pictures = mkdtempSync(join(tmpdir(), 'site-'))
/** A site that is built already; the test builds one when absent. */
let dist = process.env.DOCS_DIST
let server: Server
let origin: string
let browser: Browser

const run = promisify(execFile)

beforeAll(async () => {
  if (dist === undefined) {
    dist = join(pictures, 'dist')
    await run('npm', ['run', 'docs:build', '--', '--outDir', dist], { cwd: root, maxBuffer: 1 << 26 })
  }
  server = serve(dist)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  console.info(`screenshots in ${pictures}`)
}, 900_000)
afterAll(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
})

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Serves a folder as GitHub Pages does: an address without an extension is that of an HTML file. */
function serve(folder: string): Server {
  return createServer(({ url = '/' }, response) => {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname)
    const candidates = [path, `${path}.html`, join(path, 'index.html')].map((one) => join(folder, one))
    const file = candidates.find((one) => existsSync(one) && statSync(one).isFile())
    if (!file) return void response.writeHead(404).end()
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'text/plain; charset=utf-8')
    response.end(readFileSync(file))
  })
}

const PAGES = {
  zh: {
    home: '/zh/',
    api: '/zh/api/',
    family: '/zh/api/payments/',
    endpoint: '/zh/api/payments/post-v3-pay-transactions-jsapi',
    upload: '/zh/api/funds/post-v3-merchant-media-upload',
    notification: '/zh/notifications/transaction-success',
    recipe: '/zh/cookbook/jsapi-shop',
    guide: '/zh/guide/calls',
    architecture: '/zh/architecture',
  },
  en: {
    home: '/',
    api: '/api/',
    family: '/api/payments/',
    endpoint: '/api/payments/post-v3-pay-transactions-jsapi',
    upload: '/api/funds/post-v3-merchant-media-upload',
    notification: '/notifications/transaction-success',
    recipe: '/cookbook/jsapi-shop',
    guide: '/guide/calls',
    architecture: '/architecture',
  },
} as const

interface Opened {
  readonly page: Page
  readonly complaints: string[]
  /** The addresses of the scripts that were loaded. */
  readonly scripts: string[]
}

async function open(context: BrowserContext, path: string): Promise<Opened> {
  const page = await context.newPage()
  const complaints: string[] = []
  const scripts: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (pathname.endsWith('.js')) scripts.push(pathname)
    if (response.status() >= 400) complaints.push(`${response.status()} ${pathname}`)
  })
  await page.goto(origin + path, { waitUntil: 'networkidle' })
  return { page, complaints, scripts }
}

/** What sticks out to the side: of the page itself, and cells of tables that do not fit. */
const STICKING_OUT = `(() => {
  const width = document.documentElement.clientWidth
  const page = document.documentElement.scrollWidth > width ? ['the page'] : []
  const cells = [...document.querySelectorAll('.vp-doc td')].filter((one) => one.getBoundingClientRect().right > width + 1)
  return [...page, ...cells.map((one) => one.textContent)]
})()`

describe.each([
  [1280, 'light', 'zh'],
  [1280, 'dark', 'en'],
  [390, 'light', 'en'],
  [390, 'dark', 'zh'],
  [1280, 'light', 'en'],
  [1280, 'dark', 'zh'],
  [390, 'light', 'zh'],
  [390, 'dark', 'en'],
] as const)('the site, %i px wide, %s, in %s', (width, colorScheme, language) => {
  let context: BrowserContext
  beforeAll(async () => {
    context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    return () => context.close()
  })

  it('fits every kind of page into its width, and nothing complains', async () => {
    for (const [name, path] of Object.entries(PAGES[language])) {
      const { page, complaints } = await open(context, path)
      expect(await page.evaluate(STICKING_OUT), path).toEqual([])
      expect(complaints, path).toEqual([])
      const isDark = await page.evaluate("document.documentElement.classList.contains('dark')")
      expect(isDark).toBe(colorScheme === 'dark')
      await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}-${language}.png`) })
      await page.close()
    }
  })

  it('lets the code of every tab be copied', async () => {
    const { page } = await open(context, PAGES[language].endpoint)
    const tabs = page.locator('.vp-code-group .tabs label')
    expect(await tabs.count()).toBe(6)
    for (const [index, start] of ['wxpay.v3.pay', "wxpay.chain('v3/pay", "wxpay['v3/pay"].entries()) {
      await tabs.nth(index).click()
      const block = page.locator('.vp-code-group .blocks > div.active')
      await block.hover()
      await block.locator('button.copy').click()
      const copied = (): Promise<string> => page.evaluate('navigator.clipboard.readText()')
      await expect.poll(copied).toContain(start)
      expect((await copied()).trim()).toBe((await block.locator('code').innerText()).trim())
    }
    await page.close()
  })

  it.each([
    ['recipe', /^prepay_id$/, '预支付交易会话标识 · prepay ID'],
    ['guide', /^complaint_id$/, '投诉单号 · complaint ID'],
  ] as const)('shows the type of a name in the code of a %s, within the window', async (kind, name, text) => {
    const { page, complaints } = await open(context, PAGES[language][kind])
    const popup = page.locator('.type-popup')
    await page.locator('[data-type]', { hasText: name }).first().hover()
    await popup.waitFor()
    expect(await popup.innerText()).toContain(text)
    const { x = -1, width: size = 0 } = (await popup.boundingBox()) ?? {}
    expect([x >= 0, x + size <= width]).toEqual([true, true])
    await page.mouse.move(0, 0)
    await popup.waitFor({ state: 'hidden' })
    expect(complaints).toEqual([])
    await page.close()
  })

  it('leads through the family of an endpoint and back, and shows each page whole', async () => {
    const { page, complaints } = await open(context, PAGES[language].endpoint)
    const rows = await page.locator('.vp-doc tr').count()
    expect(rows).toBeGreaterThan(30)
    const menu = page.locator('.VPLocalNav .menu')
    if (width < 960) await menu.click()
    const sidebar = page.locator('.VPSidebar')
    await sidebar.locator('.families summary').waitFor()
    expect(await sidebar.locator('a[href*="/api/payments/"]').count()).toBeGreaterThan(40)
    expect(await sidebar.locator('.VPSidebarItem.is-active').count()).toBe(1)
    await sidebar.locator('a[href$="/post-v3-pay-transactions-native"]').click()
    await page.locator('.endpoint', { hasText: '/v3/pay/transactions/native' }).waitFor()
    expect(await page.locator('.vp-doc tr').count()).toBeGreaterThan(20)
    await page.goBack()
    await page.locator('.endpoint', { hasText: '/v3/pay/transactions/jsapi' }).waitFor()
    expect(await page.locator('.vp-doc tr').count()).toBe(rows)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('finds endpoints by name, path and field', async () => {
    const { page, complaints } = await open(context, PAGES[language].home)
    await page.locator('.VPNavBarSearch button').first().click()
    const input = page.locator('.VPLocalSearchBox input')
    const wanted = {
      ...{
        JSAPI下单: '/payments/post-v3-pay-transactions-jsapi',
        'transactions/native': 'transactions-native',
      },
      ...{ 商户订单号查询: 'out-trade-no', out_refund_no: 'refund', 商户退款单号: 'refund' },
      ...(language === 'en' && { 'close an order': '-close' }),
    }
    for (const [query, part] of Object.entries(wanted)) {
      await input.fill(query)
      const first = page.locator('.VPLocalSearchBox .result').first()
      await expect.poll(() => first.getAttribute('href').catch(() => ''), { message: query }).toContain(part)
    }
    await page.screenshot({ path: join(pictures, `search-${width}-${colorScheme}-${language}.png`) })
    expect(await page.evaluate(STICKING_OUT)).toEqual([])
    expect(complaints).toEqual([])
    await page.close()
  })
})

describe('the weight of the site', () => {
  it('is at most 300 kB of compressed JavaScript for a first page, beside the search index', async () => {
    for (const { home, endpoint } of Object.values(PAGES)) {
      for (const path of [home, endpoint]) {
        const context = await browser.newContext()
        const { scripts } = await open(context, path)
        const own = [...new Set(scripts)].filter((one) => !one.includes('@localSearchIndex'))
        const bytes = own.map((one) => gzipSync(readFileSync(join(dist as string, one))).length)
        const total = bytes.reduce((sum, one) => sum + one, 0)
        console.info(
          `${path}: ${Math.round(total / 1000)} kB of JavaScript, compressed, in ${own.length} files`,
        )
        expect(total).toBeLessThan(300_000)
        await context.close()
      }
    }
  })

  it('answers a search within 200 ms once the index is loaded', async () => {
    const chunks = join(dist as string, 'assets/chunks')
    for (const name of readdirSync(chunks).filter((one) => one.startsWith('@localSearchIndex'))) {
      const bytes = readFileSync(join(chunks, name))
      console.info(
        `${name}: ${Math.round(bytes.length / 1000)} kB, ${Math.round(gzipSync(bytes).length / 1000)} kB compressed`,
      )
    }
    const context = await browser.newContext()
    const { page } = await open(context, PAGES.zh.home)
    await page.locator('.VPNavBarSearch button').first().click()
    await page.locator('.VPLocalSearchBox input').fill('退款')
    await page.locator('.VPLocalSearchBox .result').first().waitFor()
    for (const query of ['支付', 'v3/pay', 'out_trade_no', '商户订单号', 'a']) {
      const milliseconds = await page.evaluate<number>(timeOfSearch(query))
      console.info(`${query}: ${Math.round(milliseconds)} ms`)
      expect(milliseconds).toBeLessThan(200)
    }
    await context.close()
  })
})

/** From the pause in typing that VitePress waits for, 200 ms, to the results, in milliseconds. */
const timeOfSearch = (query: string): string => `new Promise((resolve) => {
  const input = document.querySelector('.VPLocalSearchBox input')
  const start = performance.now()
  new MutationObserver(() => resolve(performance.now() - start - 200))
    .observe(document.querySelector('.VPLocalSearchBox .results'), { childList: true, subtree: true })
  input.value = ${JSON.stringify(query)}
  input.dispatchEvent(new Event('input', { bubbles: true }))
})`

describe('for programs', () => {
  it('there is each page as Markdown, a list of them, and all of them in one file', async () => {
    for (const [language, { endpoint }] of Object.entries(PAGES)) {
      const prefix = language === 'zh' ? '/zh' : ''
      const markdown = await (await fetch(`${origin}${endpoint}.md`)).text()
      expect(markdown).toMatch(/^# .*JSAPI/)
      expect(markdown).not.toContain(':::')
      expect(markdown).toContain('/notifications/transaction-success.md)')
      const list = await (await fetch(`${origin}${prefix}/llms.txt`)).text()
      expect(list).toContain(`(${endpoint}.md)`)
      expect(await (await fetch(`${origin}${prefix}/llms-full.txt`)).text()).toContain(markdown)
    }
  })
})
