import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { pipeline, type Readable } from 'node:stream'
import { createGzip, gzipSync } from 'node:zlib'
import type { Context } from '../../context.js'
import { encryptOaep } from '../../identity/encryption.js'
import type { ApiRequest, Handler, HandlerRouter } from '../../routing/handler.js'
import { Refusal } from '../../routing/refusal.js'
import { entriesOf, sharingsOf, transfersOf } from './entries.js'
import { fundflowBill } from './fundflow-bill.js'
import { profitSharingBill, sampleSharingBill, tradeBill } from './trade-bill.js'

/** The content of a download token: it says which bill is meant, so that nothing has to be remembered. */
interface BillToken {
  readonly kind: 'trade' | 'fundflow' | 'sharing'
  readonly date: string
  readonly type: string
  readonly gzip: boolean
  /** The key of an encrypted file, in hexadecimal. */
  readonly key?: string
  readonly nonce?: string
}

const GZIP_CHUNK = 256 * 1024

/** Bills: the endpoints that give out a download URL, and the download by its token. */
export function addBills(router: HandlerRouter, context: Context): void {
  const { identity, state } = context

  function fileOf({ kind, date, type }: BillToken): Buffer {
    const entries = entriesOf(date, context)
    if (!entries) throw new Refusal(400, 'NO_STATEMENT_EXIST', '账单文件不存在')
    const shared = sharingsOf(date, context)
    if (kind === 'trade') return tradeBill(entries, type)
    if (kind === 'fundflow') {
      const { mchid } = identity.merchant
      return fundflowBill({ mchid, orders: entries, sharings: shared, transfers: transfersOf(date, context) })
    }
    return shared.length > 0 ? profitSharingBill(shared) : sampleSharingBill(entries)
  }

  function downloadOf(billToken: BillToken, { headers }: ApiRequest): Record<string, string> {
    const madeUp = billToken.kind === 'trade' ? state.bills.get(billToken.date) : undefined
    const hash_value = madeUp?.sha1 ?? createHash('sha1').update(fileOf(billToken)).digest('hex')
    const token = Buffer.from(JSON.stringify(billToken)).toString('base64url')
    const origin = `${new URL(context.url()).protocol}//${headers.host}`
    return { hash_type: 'SHA1', hash_value, download_url: `${origin}/v3/billdownload/file?token=${token}` }
  }

  const plain = (kind: BillToken['kind']): Handler => {
    return (request) => ({ status: 200, body: downloadOf(billTokenOf(kind, request), request) })
  }
  const encrypted: Handler = (request) => {
    const key = randomBytes(16).toString('hex')
    const nonce = randomBytes(6).toString('hex')
    const files = [
      { bill_sequence: 1, ...downloadOf({ ...billTokenOf('fundflow', request), key, nonce }, request) },
    ]
    const encrypt_key = encryptOaep(key, identity.merchantKey)
    const list = files.map((file) => ({ ...file, encrypt_key, nonce }))
    return { status: 200, body: { download_bill_count: list.length, download_bill_list: list } }
  }
  router.add('GET', 'v3/bill/tradebill', plain('trade'))
  router.add('GET', 'v3/bill/fundflowbill', plain('fundflow'))
  router.add('GET', 'v3/profitsharing/bills', plain('sharing'))
  router.add('GET', 'v3/bill/sub-merchant-fundflowbill', encrypted)
  router.add('GET', 'v3/ecommerce/bill/fundflowbill', encrypted)

  router.add('GET', 'v3/billdownload/file', ({ query }) => {
    const billToken = parseBillToken(query.get('token') ?? '')
    const madeUp = billToken.kind === 'trade' ? state.bills.get(billToken.date) : undefined
    const body = madeUp ? encodeStream(madeUp.stream(), billToken) : encode(fileOf(billToken), billToken)
    const contentType = billToken.gzip ? 'application/x-gzip' : 'text/csv'
    return { status: 200, body, contentType }
  })
}

function billTokenOf(kind: BillToken['kind'], { query }: ApiRequest): BillToken {
  const date = query.get('bill_date') ?? ''
  return { kind, date, type: query.get('bill_type') ?? 'ALL', gzip: query.get('tar_type') === 'GZIP' }
}

/** The bill that a token stands for; any text that is no token of ours stands for a bill that always exists. */
function parseBillToken(token: string): BillToken {
  try {
    const billToken: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (typeof billToken === 'object' && billToken !== null) return billToken as BillToken
  } catch {
    // No token of ours.
  }
  return { kind: 'trade', date: '2024-01-01', type: 'ALL', gzip: false }
}

/** The file as it is sent: zipped, then encrypted. */
function encode(file: Buffer, { gzip, key, nonce }: BillToken): Buffer {
  const zipped = gzip ? gzipSync(file) : file
  if (key === undefined || nonce === undefined) return zipped
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return Buffer.concat([cipher.update(zipped), cipher.final(), cipher.getAuthTag()])
}

function encodeStream(file: Readable, { gzip }: BillToken): Readable {
  if (!gzip) return file
  const zip = createGzip({ chunkSize: GZIP_CHUNK })
  // A failure reaches the sender as an error of `zip`.
  return pipeline(file, zip, () => undefined)
}
