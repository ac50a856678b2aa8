/**
 * Bundles `workers/worker.mjs` by the wrangler whose path is the argument, as if to deploy it, serves it by the workerd
 * beside that, and lets it do business with a gateway in this process.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createEmulator } from 'wechatpay-fluent/emulator'
import { orderOf } from './rig.cjs'

const [, , wrangler] = process.argv
const settings = join(import.meta.dirname, 'workers/wrangler.json')

/** Makes `worker.js`. */
function bundle(folder) {
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_LOG_PATH: join(folder, 'log') }
  const args = ['deploy', '--dry-run', '--outdir', folder, '--config', settings]
  const output = execFileSync(wrangler, args, { cwd: folder, encoding: 'utf8', env, stdio: 'pipe' })
  assert.ok(!/warning/i.test(output), output)
}

/** The variables of a Worker that is the emulator's merchant. */
const variablesOf = ({ mchid, serial, privateKey, certs, apiv3Key, secret, baseURL }) => ({
  ...{ WXPAY_MCHID: mchid, WXPAY_SERIAL: serial, WXPAY_PRIVATE_KEY: privateKey },
  ...{ WXPAY_CERTS: JSON.stringify(certs), WXPAY_APIV3_KEY: apiv3Key, WXPAY_SECRET: secret },
  WXPAY_BASE_URL: baseURL,
})

/** What workerd is told of a Worker; on Cloudflare's machines nobody writes this. */
function configOf(variables) {
  const { compatibility_date, compatibility_flags } = JSON.parse(readFileSync(settings, 'utf8'))
  const bindings = Object.entries(variables).map(
    ([name, value]) => `(name = "${name}", text = ${JSON.stringify(value)})`,
  )
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "shop", worker = .shop),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "shop")],
);
const shop :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "${compatibility_date}",
  compatibilityFlags = ${JSON.stringify(compatibility_flags)},
  bindings = [${bindings.join(', ')}],
);
`
}

/** Starts workerd, and resolves with the address of the Worker. */
async function serve(folder, variables) {
  writeFileSync(join(folder, 'config.capnp'), configOf(variables))
  const args = ['serve', join(folder, 'config.capnp'), '--control-fd=3']
  const stdio = ['ignore', 'inherit', 'inherit', 'pipe']
  const server = spawn(join(dirname(wrangler), 'workerd'), args, { stdio })
  const port = await new Promise((resolve, reject) => {
    server.on('error', reject)
    server.on('exit', (code) => reject(new Error(`workerd ended with ${code}`)))
    server.stdio[3].on('data', (line) => resolve(JSON.parse(line).port))
  })
  return { url: `http://127.0.0.1:${port}`, stop: () => server.kill() }
}

async function check(emulator, url) {
  const post = (path, body, headers) => fetch(`${url}/${path}`, { method: 'POST', body, headers })
  const ask = async (action, request = {}) => (await post(action, JSON.stringify(request))).json()
  const value = async (action, request) => {
    const answer = await ask(action, request)
    assert.ok(!answer.error, `${action}: ${answer.error?.stack}`)
    return answer.value
  }
  const error = async (action, request) => {
    const { name, code, status } = (await ask(action, request)).error
    return status === undefined ? [name, code] : [name, code, status]
  }

  // Notifications: a genuine one, a forged one, and one that the gateway sends by itself.
  const { headers, body } = emulator.signNotification('TRANSACTION.SUCCESS', { out_trade_no: 'signed-1' })
  assert.equal((await post('paid', body, headers)).status, 200)
  assert.equal((await post('paid', `${body} `, headers)).status, 401)
  const json = orderOf({ emulator }, 'worker-1', `${url}/paid`)
  assert.match((await value('order', { json })).code_url, /^weixin:/)
  const { notified } = await emulator.pay('worker-1')
  assert.equal(notified.status, 200, notified.body)
  assert.deepEqual(await value('shipped'), ['signed-1', 'worker-1'])

  // Calls.
  const query = { mchid: emulator.merchant.mchid }
  assert.equal(await value('query', { out_trade_no: 'worker-1', query }), 'SUCCESS')
  assert.deepEqual(await error('order', { json: { ...json, amount: {} } }), ['ApiError', 'PARAM_ERROR', 400])
  assert.deepEqual(await error('order', { jason: {} }), ['RequestError', 'REQUEST_INVALID'])
  const refused = ['RequestError', 'REQUEST_INVALID']
  assert.deepEqual(await error('order', { json, validate: true }), refused)
  assert.deepEqual(await value('upload'), ['string', 'string', 'string'])
  assert.equal((await value('uploadV2')).result_code, 'SUCCESS')
  const [upload] = emulator.requests.filter(({ path }) => path.endsWith('/images/upload'))
  assert.match(String(upload.body), /filename="shop.png"\r\nContent-Type: image\/png\r\n/)

  // What `fetch` would ignore.
  const ca = Object.values(emulator.merchant.certs)
    .map(String)
    .find((pem) => pem.includes('CERTIFICATE'))
  for (const options of [{ ca }, { proxy: { host: '127.0.0.1', port: 1 } }]) {
    assert.deepEqual(await error('withOptions', { options }), ['ConfigError', 'CONFIG_INVALID'])
  }
  assert.equal(await value('withOptions', { options: { proxy: false } }), 200)
  const secure = await createEmulator({ https: true })
  const { ca: _, ...merchant } = secure.merchant
  await secure.close()
  const order = { out_trade_no: 'worker-1', out_refund_no: 'refund-1', total_fee: 1, refund_fee: 1 }
  const refund = { options: merchant, xml: { appid: json.appid, ...order } }
  assert.deepEqual(await error('refund', refund), refused)
  const xml = { appid: json.appid, transaction_id: '', out_trade_no: 'nowhere' }
  assert.deepEqual(await error('v2', { xml }), ['ApiError', 'ORDERNOTEXIST', 200])
  assert.equal(await value('certificates'), 200)
  assert.equal(await value('downloadedCertificates'), 1)

  // What is encrypted, what is signed, and what streams.
  const transfer = {
    appid: json.appid,
    out_bill_no: 'transfer1',
    transfer_scene_id: '1000',
    openid: 'o-user',
  }
  const infos = [{ info_type: '活动名称', info_content: '新会员有礼' }]
  const more = { transfer_amount: 30, transfer_remark: '有礼', transfer_scene_report_infos: infos }
  assert.deepEqual(await value('transfer', { json: { ...transfer, ...more } }), ['张三', true])
  assert.deepEqual(await value('crypto'), ['rsa', 344])
  assert.equal(await value('paySign'), 'RSA')
  await emulator.fillBill('2024-01-01', 3_000)
  for (const more of [{}, { tar_type: 'GZIP' }]) {
    assert.deepEqual(await value('bill', { bill_date: '2024-01-01', ...more }), [3_000, 3_000])
  }
  assert.equal(await value('download'), true)

  // Failures; one of them goes by, and is tried again.
  const retry = false
  const failing = async (failure, request = { retry }) => {
    emulator.fail({ path: 'v3/certificates', ...failure })
    const found = await error('certificates', request)
    emulator.recover()
    return found
  }
  assert.deepEqual(await failing({ fault: 'tampered' }), ['VerificationError', 'SIGNATURE_INVALID'])
  assert.deepEqual(await failing({ fault: 'drop' }), ['NetworkError', 'CONNECTION_FAILED'])
  assert.deepEqual(await failing({ fault: 'torn' }), ['NetworkError', 'CONNECTION_FAILED'])
  const late = { fault: { delay: 60_000 } }
  assert.deepEqual(await failing(late, { retry, timeout: 300 }), ['NetworkError', 'TIMEOUT'])
  const elsewhere = { status: 302, headers: { Location: `${emulator.url}/v3/elsewhere` } }
  assert.deepEqual(await failing(elsewhere), ['ApiError', 'HTTP_302', 302])
  emulator.fail({ path: 'v3/certificates', fault: 'drop', times: 1 })
  assert.equal(await value('certificates'), 200)

  // From here on through the axios instance, which is made when it is asked for.
  assert.equal(await value('instance', { url: 'v3/certificates' }), 200)
  assert.ok(emulator.requests.every(({ verified }) => verified))
}

const folder = mkdtempSync(join(tmpdir(), 'wechatpay-fluent-worker-'))
const emulator = await createEmulator({ platform: { mode: 'switching', probes: 0 } })
try {
  bundle(folder)
  const server = await serve(folder, variablesOf(emulator.merchant))
  await check(emulator, server.url).finally(server.stop)
} finally {
  await emulator.close()
  rmSync(folder, { recursive: true })
}
