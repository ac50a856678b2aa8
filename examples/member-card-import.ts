/**
 * Imports a member's card in every spelling through a gateway that runs as a process of its own, and shows
 * what was sent, signed and verified on both sides. Ends with a non-zero exit code when anything differs
 * from what it should be.
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { on } from 'node:events'
import type { EmulatorMerchant, RecordedRequest } from '../lib/emulator/index.js'
import { ApiError, VerificationError, Wechatpay } from '../lib/index.js'
import type { Question } from './gateway.js'
import { bad, code, good, heading, row } from './print.js'

const PATH = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
const SIGNED_PARTS = ['mchid', 'serial_no', 'nonce_str', 'timestamp'] as const

const gateway = fork(new URL('./gateway.ts', import.meta.url))
const messages = on(gateway, 'message', { close: ['exit'] })
// A failed check ends this process, and the gateway must not outlive it.
process.once('exit', () => gateway.kill())

async function hear<Message>(): Promise<Message> {
  const { done, value } = await messages.next()
  assert(!done, 'the gateway process ended')
  return value[0] as Message
}

async function ask<Message>(question: Question): Promise<Message> {
  gateway.send(question)
  return hear<Message>()
}

const merchant = await hear<EmulatorMerchant>()
const [platformKeyId] = Object.keys(merchant.certs)
const wxpay = new Wechatpay(merchant)

const spellings = [
  {
    name: 'pure chain',
    text: ['wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import', ''],
    node: wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import,
  },
  { name: 'chain()', text: [`wxpay.chain('${PATH}')`, ''], node: wxpay.chain(PATH) },
  { name: 'bracket string', text: [`wxpay['${PATH}']`, ''], node: wxpay[PATH] },
  {
    name: 'mixed',
    text: ["wxpay['v3/marketing/membercard-open'].cards.chain('{card_id}/users')", '.import'],
    node: wxpay['v3/marketing/membercard-open'].cards.chain('{card_id}/users').import,
  },
] as const
type Spelling = (typeof spellings)[number]
type Node = Spelling['node']
type ImportRequest = Parameters<Node['post']>[0]

const styles = [
  {
    name: 'await',
    text: ([head, tail]: Spelling['text']) => [`await ${head}`, `  ${tail}.post(request)`],
    send: async (node: Node, request: ImportRequest) => await node.post(request),
  },
  {
    name: 'then',
    text: ([head, tail]: Spelling['text']) => [head, `  ${tail}.postAsync(request).then((answer) => …)`],
    send: (node: Node, request: ImportRequest) => node.postAsync(request).then((answer) => answer),
  },
] as const

let number = 0

function nextRequest() {
  const code = String(478515832664 + ++number)
  const out_request_no = `import-${String(number).padStart(4, '0')}`
  return {
    card_id: 'pbLatjvWOibDc5-TBnbUk1pD12o0',
    json: { openid: 'oLaqk6D4RFa-2jTm3DVjZG4KZy3c', code, out_request_no },
  } satisfies ImportRequest
}

/** What the gateway received of the one request that was made since it was last asked. */
async function arrived(): Promise<RecordedRequest> {
  const requests = await ask<RecordedRequest[]>({ ask: 'requests' })
  assert.equal(requests.length, 1, 'exactly one request arrived')
  return requests[0] as RecordedRequest
}

/** The record of the gateway is made without the signature, so there is none to show. */
function signedParts({ headers }: RecordedRequest): Record<(typeof SIGNED_PARTS)[number], string> {
  const pairs = String(headers.authorization).matchAll(/(\w+)="([^"]*)"/g)
  const found = Object.fromEntries([...pairs].map(([, name, value]) => [name, value]))
  return Object.fromEntries(SIGNED_PARTS.map((name) => [name, found[name]])) as ReturnType<typeof signedParts>
}

function showRequest(request: RecordedRequest): void {
  const { mchid, serial_no, nonce_str, timestamp } = signedParts(request)
  row('sent', `${request.method} ${request.url}`)
  row('body', request.body)
  row('signed', `mchid ${mchid}, serial ${serial_no}`)
  row('', `nonce ${nonce_str}, timestamp ${timestamp}`)
  row('gateway', request.verified ? good("signature fits the merchant's key") : bad(request.problem ?? ''))
}

async function importCard({ text, node, name }: Spelling, style: (typeof styles)[number]) {
  const request = nextRequest()
  heading(`${number}  ${name}, ${style.name}`)
  code(...style.text(text))
  const answer = await style.send(node, request)
  const received = await arrived()
  showRequest(received)
  row('answer', good(`${answer.status}, signature fits ${answer.headers['wechatpay-serial']}`))
  row('data', JSON.stringify(answer.data))

  assert.equal(received.verified, true)
  assert.equal(`${received.method} ${received.url}`, `POST /${PATH.replace('{card_id}', request.card_id)}`)
  assert.deepEqual(JSON.parse(received.body), request.json)
  assert.equal(signedParts(received).serial_no, merchant.serial)
  assert.equal(answer.headers['wechatpay-serial'], platformKeyId)
  assert.deepEqual(answer.data, { code: request.json.code })
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.fail('the call should have been rejected'),
    (error: unknown) => error,
  )
}

heading('Member-card import: signed, sent, verified')
row('gateway', `${merchant.baseURL}, process ${gateway.pid}`)
row('merchant', `${merchant.mchid}, certificate ${merchant.serial}`)
row('platform', `${platformKeyId}`)

for (const spelling of spellings) {
  for (const style of styles) await importCard(spelling, style)
}

heading(`${number + 1}  a forged answer`)
code("wxpay.chain('v3/…/import').post(request)  // answered under a stranger's key")
await ask({ ask: 'fail', script: { path: PATH, times: 1, fault: 'forged-signature' } })
const forged = await rejection(wxpay.chain(PATH).post(nextRequest()))
assert(forged instanceof VerificationError)
showRequest(await arrived())
row('answer', bad(`${forged.name}, code ${forged.code}`))
row('message', forged.message)
row('data', 'none: it never reaches the caller')

heading(`${number + 1}  a refusal of the API`)
code("wxpay.chain('v3/…/import').post(request)  // with a number that is taken")
const used = nextRequest()
await wxpay.chain(PATH).post(used)
await arrived()
const refused = await rejection(
  wxpay.chain(PATH).post({ ...used, json: { ...used.json, openid: 'somebody else' } }),
)
assert(refused instanceof ApiError)
showRequest(await arrived())
row('answer', bad(`${refused.name}, status ${refused.status}, code ${refused.code}`))
row('message', refused.message)
row('detail', JSON.stringify(refused.detail))
row('verified', refused.verified ? good('the refusal itself is signed by the platform') : bad('unsigned'))
assert.equal(refused.verified, true)

wxpay.close()
gateway.disconnect()
const total = spellings.length * styles.length
heading(good(`${total} imports as they should be, 1 forgery and 1 refusal reported as errors`))
