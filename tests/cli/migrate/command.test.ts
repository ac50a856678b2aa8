import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Ran, type RunOptions, wxpay } from '../run.js'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const OLD = `const { Rsa } = require('wechatpay-axios-plugin')
exports.sign = (text) => Rsa.sign(text, 'file:///key.pem')
`
const NEW = `const { sign } = require('wechatpay-fluent/crypto')
exports.sign = (text) => sign(text, 'file:///key.pem')
`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wxpay-migrate-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string | Buffer = OLD): string => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const migrate = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  wxpay(['migrate', ...args], { cwd: folder, ...options, env: { LC_ALL: 'C', ...options.env } })

it('shows a unified diff, and changes nothing', async () => {
  file('sign.js')
  const { code, stdout, stderr } = await migrate(['sign.js'])
  expect(stdout).toBe(`--- a/sign.js
+++ b/sign.js
@@ -1,2 +1,2 @@
-const { Rsa } = require('wechatpay-axios-plugin')
-exports.sign = (text) => Rsa.sign(text, 'file:///key.pem')
+const { sign } = require('wechatpay-fluent/crypto')
+exports.sign = (text) => sign(text, 'file:///key.pem')
`)
  expect(stderr).toBe('sign.js: 1 rewritten\n1 of 1 files would change\nadd --write to make the changes\n')
  expect({ code, text: read('sign.js') }).toEqual({ code: 0, text: OLD })
})

it('shows a diff that git applies', async () => {
  const lines = Array.from({ length: 40 }, (_, at) => `const line${at} = ${at}`)
  lines[0] = "const { Hash, Rsa } = require('wechatpay-axios-plugin')"
  lines[12] = "Rsa.sign('a', 'b')"
  lines[30] = "Hash.equals('a', 'b')"
  file('long.js', lines.join('\n'))
  const { stdout } = await migrate(['long.js'])
  expect(stdout.match(/^@@ /gm)).toHaveLength(3)
  file('changes.patch', stdout)
  const applied = spawnSync('git', ['apply', 'changes.patch'], { cwd: folder, encoding: 'utf8' })
  expect(applied.stderr).toBe('')
  const patched = read('long.js')
  file('long.js', lines.join('\n'))
  await migrate(['--write', 'long.js'])
  expect(read('long.js')).toBe(patched)
})

it('writes, and has nothing to do the second time', async () => {
  file('sign.js')
  expect(await migrate(['--write', 'sign.js'])).toMatchObject({ code: 0, stdout: '' })
  expect(read('sign.js')).toBe(NEW)
  const { stderr } = await migrate(['--write', 'sign.js'])
  expect(stderr).toBe('0 of 1 files written\n')
  expect(read('sign.js')).toBe(NEW)
})

it('tells the lines that a file has when it is written', async () => {
  file(
    'pay.js',
    `const {
  Hash,
  Wechatpay,
} = require('wechatpay-axios-plugin')
const wxpay = new Wechatpay({ mchid: '1', serial: '2', privateKey: '3' })
exports.find = (config) => wxpay.v3.profitsharing.orders.$out_order_no$.get(config)
exports.same = (one) => {
  return Hash.equals(one,
    'other')
}
`,
  )
  expect((await migrate(['pay.js'])).stderr).toContain('3 to look at: lines 5, 6, 8\n')
  const { stderr } = await migrate(['--write', 'pay.js'])
  const [, list = ''] = /to look at: lines (.*)/.exec(stderr) ?? []
  const lines = read('pay.js').split('\n')
  const named = list.split(', ').map((line) => lines.slice(Number(line) - 2, Number(line)).join('\n'))
  expect(named).toEqual([
    expect.stringMatching(/TODO.*\nconst wxpay = new/),
    expect.stringMatching(/TODO.*\nexports\.find = /),
    expect.stringMatching(/TODO.*\n {2}return Hash\.equals/),
  ])
})

it('keeps line ends, byte order mark, mode and links', async () => {
  const path = file('real.js', `\uFEFF#!/usr/bin/env node\r\n${OLD.replaceAll('\n', '\r\n')}`)
  chmodSync(path, 0o755)
  symlinkSync(path, join(folder, 'link.js'))
  await migrate(['--write', 'link.js'])
  expect(read('real.js')).toBe(`\uFEFF#!/usr/bin/env node\r\n${NEW.replaceAll('\n', '\r\n')}`)
  expect(statSync(path).mode & 0o777).toBe(0o755)
  expect(lstatSync(join(folder, 'link.js')).isSymbolicLink()).toBe(true)
})

it('goes through a folder, and leaves alone what others made', async () => {
  for (const name of ['src/a.ts', 'src/deep/b.mjs', 'src/c.txt', 'src/d.d.ts', 'src/node_modules/e/e.js']) {
    file(name)
  }
  symlinkSync(join(folder, 'src'), join(folder, 'src/again'))
  const { stderr } = await migrate(['--write', 'src'])
  expect(stderr).toContain('2 of 2 files written')
  expect(read('src/deep/b.mjs')).toBe(NEW)
  expect(read('src/node_modules/e/e.js')).toBe(OLD)
})

it('names a file that it cannot parse, and migrates the others', async () => {
  file('broken.js', "const { Rsa } = require('wechatpay-axios-plugin'\n")
  file('other.js', 'const = 1')
  file('sign.js')
  const { code, stderr } = await migrate(['--write', '.'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^broken\.js: .*\(2:0\)/m)
  expect(stderr).not.toContain('other.js')
  expect(read('sign.js')).toBe(NEW)
})

it('says which file is not there', async () => {
  const { code, stderr } = await migrate(['nowhere.js'])
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('nowhere.js') })
})

it('tells the lines that need a hand, and those of clients that it does not know', async () => {
  file(
    'pay.js',
    `const WxPay = require('wechatpay-node-v3')
jest.mock('wechatpay-node-v3')
exports.check = async (headers, other) => {
  const wx = new WxPay({ appid, mchid, publicKey, privateKey, key })
  await wx.verifySign(headers)
  return other.verifySign({})
}
`,
  )
  const { stderr } = await migrate(['pay.js'])
  expect(stderr).toContain(
    'pay.js: 1 rewritten; 2 to look at: lines 4, 5; 2 not understood (is the client in another file?): lines 2, 6\n',
  )
})

it('passes nothing over in silence that can only be of an old package', async () => {
  file('route.js', 'exports.pay = (ctx, order) => ctx.wxpay.v3.pay.transactions.native.post(order)\n')
  file('next.config.js', "module.exports = { serverExternalPackages: ['wechatpay-node-v3'] }\n")
  file('done.js', 'exports.pay = (ctx, json) => ctx.wxpay.v3.pay.transactions.native.post({ json })\n')
  file('other.js', 'exports.list = (sdk, page) => sdk.v3.users.get(page)\n')
  const { stdout, stderr } = await migrate(['.'])
  expect(stdout).toBe('')
  expect(stderr).toBe(
    `next.config.js: 0 rewritten; 1 not understood (is the client in another file?): line 1
route.js: 0 rewritten; 1 not understood (is the client in another file?): line 1
0 of 4 files would change
`,
  )
})

it('leaves what others keep under the name of a client', async () => {
  file(
    'pay.js',
    `const { Wechatpay } = require('wechatpay-axios-plugin')
const WxPay = require('wechatpay-node-v3')
exports.start = (app, options) => { app.client = new Wechatpay(options); app.db = new WxPay(options) }
`,
  )
  const others = `class Http {
  constructor(private readonly client: Other) {}
  send(method: string, url: string) {
    return this.client[method](url)
  }
}
export const all = (it, method) => [it.client.get('/a'), it.client[method]('/b'), it.db.find({ id: 1 })]
export const perhaps = (it) => it.db.query('select 1')
`
  file('others.ts', others)
  const { stderr } = await migrate(['--write', '.'])
  expect(read('others.ts')).toBe(others)
  expect(stderr).toContain(
    'others.ts: 0 rewritten; 1 not understood (is the client in another file?): line 8\n',
  )
})

it('speaks Chinese where the locale does, in its comments as well', async () => {
  file('a.js', "const { Hash } = require('wechatpay-axios-plugin')\nHash.equals('a', 'b')\n")
  const env = { LC_ALL: 'zh_CN.UTF-8' }
  const { stderr } = await migrate(['--write', 'a.js'], { env })
  expect(stderr).toContain('需人工处理 1 处：第 3 行')
  expect(read('a.js')).toMatch(/^\/\/ TODO\(wechatpay-fluent\): wxpay\.notifications\.parse\(\) 会比对签名/m)
  expect((await migrate(['--help'], { env })).stdout).toContain(
    'wechatpay-fluent migrate --write src    写入改动',
  )
})

it('says how to install the parser where it is missing', async () => {
  file('sign.js')
  const hook = file(
    'without.mjs',
    `import { register } from 'node:module'
register('data:text/javascript,' + encodeURIComponent(\`
export const resolve = (specifier, context, next) => {
  if (specifier === '@babel/parser') throw Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' })
  return next(specifier, context)
}\`), import.meta.url)
`,
  )
  const { code, stderr } = await migrate(['sign.js'], { env: { NODE_OPTIONS: `--import ${hook}` } })
  expect(code).toBe(2)
  expect(stderr).toContain('npm install --save-dev @babel/parser')
})
