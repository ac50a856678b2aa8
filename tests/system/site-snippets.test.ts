import { createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pagesOf } from '../../docs/generate/pages.js'
import { endpointLink, loadSite, notificationLink } from '../../docs/generate/site.js'
import { encryptOaep } from '../../lib/crypto/index.js'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'
import { ApiError, sensitive, Wechatpay } from '../../lib/index.js'
import { compileSnippets } from '../types/snippets.js'

const root = join(import.meta.dirname, '../..')
const site = loadSite(root)
const pages = { zh: pagesOf(site, 'zh').files, en: pagesOf(site, 'en').files }

const snippetsOf = (page: string): string[] =>
  [...page.matchAll(/^```ts[^\n]*\n([\s\S]*?)^```/gm)].map(([, code = '']) => code)

const pageOf = (link: string, language: 'zh' | 'en'): string => {
  const page = pages[language].get(`${link.slice(1)}.md`)
  if (page === undefined) throw new Error(`there is no page ${link}`)
  return page
}

/** The pages that people write: guide, cookbook, errors and those about the project. */
function writtenPages(): string[] {
  const docs = join(root, 'docs')
  return readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .filter(
      (name) =>
        name.endsWith('.md') && !/^(zh\/)?(api|notifications)\/|^generate\/|^\.vitepress\//.test(name),
    )
    .map((name) => readFileSync(join(docs, name), 'utf8'))
}

describe('the pages', () => {
  it('are there for every endpoint and notification, in both languages, each at an address of its own', () => {
    const others = 2 + new Set(site.endpoints.map(({ family }) => family)).size
    for (const language of ['zh', 'en'] as const) {
      expect(pages[language].size).toBe(site.endpoints.length + site.notifications.length + others)
    }
  })

  it('have TypeScript that compiles, every snippet of it', () => {
    const generated = Object.values(pages).flatMap((files) => [...files.values()])
    const all = [...generated, ...writtenPages()].flatMap(snippetsOf)
    const snippets = [...new Set(all)].map((code, at) => ({ name: `snippet-${at}`, code }))
    expect(snippets.length).toBeGreaterThan(site.endpoints.length)
    console.info(`${all.length} snippets compile, ${snippets.length} of them different`)
    expect(compileSnippets(root, snippets)).toBe('')
  }, 300_000)

  it('link to pages that are there', () => {
    const missing = Object.values(pages).flatMap((files) =>
      [...files].flatMap(([path, text]) =>
        [...text.matchAll(/\]\((\/[^)#]*)\)/g)]
          .map(([, href = '']) => `${href.slice(1)}${href.endsWith('/') ? 'index' : ''}.md`)
          .filter((target) => !files.has(target) && !existsSync(join(root, 'docs', target)))
          .map((target) => `${path}: ${target}`),
      ),
    )
    expect(missing).toEqual([])
  })
})

/** What the emulator refuses because it was not made before: never a parameter, never a signature. */
const NOT_MADE: ReadonlySet<string> = new Set([
  'INVALID_ORDER_STATE',
  'NOT_FOUND',
  'ORDER_CLOSED',
  'ORDER_NOT_EXIST',
  'ORDERNOTEXIST',
  'OUT_TRADE_NO_USED',
  'ORDERCLOSED',
  'ORDERPAID',
  'RESOURCE_NOT_EXISTS',
  'REFUNDNOTEXIST',
])

const clientOf = (template: string): 'merchant' | 'brand' | 'sandbox' => {
  if (template.startsWith('brand/')) return 'brand'
  return /^v2\/(sandboxnew\/(?!pay\/getsignkey)|xdc\/apiv2sandbox)/.test(template) ? 'sandbox' : 'merchant'
}

type Run = (
  wxpay: Wechatpay,
  secret: typeof sensitive,
  log: { log: (value: unknown) => void },
) => Promise<void>
const AsyncFunction = (async () => undefined).constructor as new (...args: string[]) => Run

describe('the await form of every endpoint', () => {
  let emulator: Emulator
  let clients: Record<'merchant' | 'brand' | 'sandbox', Wechatpay>
  let bankKey: KeyObject
  const photo = join(mkdtempSync(join(tmpdir(), 'site-')), 'photo.png')

  beforeAll(async () => {
    writeFileSync(photo, 'an image')
    emulator = await createEmulator()
    const merchant = new Wechatpay(emulator.merchant)
    const { data } = await merchant.v2.sandboxnew.pay.getsignkey.post({ xml: {} })
    const sandbox = new Wechatpay({ ...emulator.merchant, secret: String(data.sandbox_signkey) })
    clients = { merchant, sandbox, brand: new Wechatpay(emulator.brand) }
    const { data: key } = await merchant.v2.risk.getpublickey.post({ xml: {} })
    bankKey = createPublicKey(String(key.pub_key))
  })
  afterAll(async () => {
    for (const client of Object.values(clients)) client.close()
    await emulator.close()
  })

  /** The code of a page with the merchant's own number, a file that is there, and ciphertexts for its bank. */
  const adapted = (code: string): string =>
    code
      .replace(/^import .*$/gm, '')
      .replaceAll(/\b(mchid|sp_mchid): '[^']*'/g, `$1: '${emulator.merchant.mchid}'`)
      .replaceAll(
        /\b(enc_\w+): '[^']*'/g,
        (_, name) => `${name}: '${encryptOaep('6228480402564890018', bankKey)}'`,
      )
      .replaceAll("'file:///path/to/photo.png'", `'${pathToFileURL(photo)}'`)

  it('is sent, signed, and taken by the emulator', async () => {
    const failures: string[] = []
    const refused: string[] = []
    for (const endpoint of site.endpoints) {
      const id = `${endpoint.verb} ${endpoint.template}`
      const [code = ''] = snippetsOf(pageOf(endpointLink(endpoint, 'zh'), 'zh'))
      const wxpay = clients[clientOf(endpoint.template)]
      const seen: unknown[] = []
      try {
        await new AsyncFunction('wxpay', 'sensitive', 'console', adapted(code))(wxpay, sensitive, {
          log: (value) => seen.push(value),
        })
        if (!endpoint.response.redirect && seen.length !== 1) failures.push(`${id}: shows nothing`)
        if (seen[0] === undefined && !endpoint.response.redirect) failures.push(`${id}: shows undefined`)
      } catch (error) {
        if (error instanceof ApiError && NOT_MADE.has(error.code ?? '')) refused.push(id)
        else failures.push(`${id}: ${(error as Error).message}`)
      }
      if (!endpoint.response.redirect && emulator.requests.at(-1)?.verified !== true)
        failures.push(`${id}: not verified`)
      emulator.requests.length = 0
    }
    console.info(
      `${site.endpoints.length - failures.length} of ${site.endpoints.length} pages call as they say, ${refused.length} of them to be refused for what was not made before`,
    )
    expect(failures).toEqual([])
  }, 300_000)
})

describe('the handler of every notification', () => {
  let emulator: Emulator
  let server: Server
  let receive: (...args: never[]) => unknown

  beforeAll(async () => {
    emulator = await createEmulator()
    server = createServer((request, response) => void receive(request as never, response as never))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    server.close()
    await emulator.close()
  })

  it('gets what the emulator sends, and acknowledges it', async () => {
    const failures: string[] = []
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    for (const notification of site.notifications) {
      const [handler = '', , , send = ''] = snippetsOf(pageOf(notificationLink(notification, 'en'), 'en'))
      const wxpay = new Wechatpay(notification.modes?.includes('brand') ? emulator.brand : emulator.merchant)
      const seen: unknown[] = []
      const log = { log: (value: unknown) => seen.push(value) }
      const call = /emulator\.notify\([\s\S]*?\n?\}\)/
        .exec(send)?.[0]
        .replace('http://127.0.0.1:3000/notify', url)
      const made = new Function('wxpay', 'console', `${handler}\nreturn receive`)
      receive = made(wxpay, log)
      const sent = new Function('emulator', `return ${call}`)
      const { status } = (await sent(emulator)) as { status: number }
      if (status >= 300 || seen.length !== 1 || seen[0] === undefined) {
        failures.push(
          `${notification.api} ${notification.eventType}: ${status}, seen ${seen.length} ${typeof seen[0]}`,
        )
      }
      wxpay.close()
    }
    expect(failures).toEqual([])
  }, 60_000)
})
