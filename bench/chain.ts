import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { Wechatpay } from './built.js'
import { buildCall, createChain, endpointOf, expandTemplate, lookup, PathNode } from './inner.js'
import { CARD_ID, importBody } from './merchant.js'
import { axiosOf, createPeer, type Peer } from './peer.js'
import { atLeast, atMost, figure, type Row } from './report.js'
import { interleave, median, medianRatio } from './statistics.js'

type Fluent = InstanceType<typeof Wechatpay>

const EXPANSION_LIMIT = 2
/** How many times as long as ours the peer's are to take. */
const FIRST_WALK = 5
const REQUEST = 4
/** How many times as long as the peer's ours may take: it walks objects that it has kept. */
const WARM_WALK = 1
const ROUNDS = 15
const WARM = 20_000
const CLIENTS = 200

const NO_DEFAULTS = {
  headers: {},
  timeout: 0,
  baseURL: undefined,
  maxContentLength: undefined,
  onUploadProgress: undefined,
  onDownloadProgress: undefined,
}

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
const options = {
  mchid: '1900000109',
  serial: '3775B6A45ACD588826D15E583A95F5DD00000000',
  baseURL: 'http://127.0.0.1:9',
  privateKey: createPrivateKey(keys.privateKey.export({ type: 'pkcs8', format: 'pem' })),
  certs: {
    PUB_KEY_ID_0119000001092026010100000000000000: createPublicKey(
      platform.publicKey.export({ type: 'spki', format: 'pem' }),
    ),
  },
}

const walkFluent = (wxpay: Fluent) => wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import
const walkPeer = (wxpay: Peer | undefined) =>
  wxpay?.v3?.marketing?.membercardOpen?.cards?.$card_id$?.users?.import

/** The real chain over the real endpoints; a call gives what `make` makes of it, and sends nothing. */
function createMaker(make: (endpoint: ReturnType<typeof endpointOf>, request: object) => unknown): Fluent {
  const start = new PathNode({
    verbs: new Map([['post', 'post'] as const]),
    defaultVerb: 'post' as const,
    exactSegments: lookup.exactSegments,
    isId: lookup.isId,
    isKept: lookup.isDocumentedPrefix,
  })
  const actions = {
    send: (verb: 'post', path: string, request: unknown) =>
      make(endpointOf(path, verb), request as object) as never,
    url: () => '',
  }
  return createChain({}, start, actions) as Fluent
}

/** Microseconds a walk, over many. Nothing here awaits a node: awaiting one of the peer's sends a request. */
function time(walks: number, walk: () => unknown): number {
  const start = performance.now()
  for (let at = 0; at < walks; at++) walk()
  return ((performance.now() - start) * 1000) / walks
}

/** Microseconds of the first walk on clients that were never walked before. */
function timeFirst<Client>(create: () => Client, walk: (client: Client) => unknown): number {
  const clients = Array.from({ length: CLIENTS }, create)
  const start = performance.now()
  for (const client of clients) walk(client)
  return ((performance.now() - start) * 1000) / CLIENTS
}

/** How long it takes to say what to call, ours and the peer's. */
export async function measureChain(): Promise<Row[]> {
  const fluent = new Wechatpay(options)
  const peer = createPeer(options)
  const expander = createMaker(({ wire }, request) => expandTemplate(wire, { ...request }))
  const maker = createMaker((endpoint, request) => buildCall(endpoint, request, NO_DEFAULTS))
  const peerMaker = createPeer(options)
  axiosOf(peerMaker).request = ((config: object) => config) as never
  const request = { card_id: CARD_ID, json: importBody('1') }
  let id = 0

  const results = await interleave(
    {
      cold: () => timeFirst(() => new Wechatpay(options), walkFluent),
      coldPeer: () => timeFirst(() => createPeer(options), walkPeer),
      warm: () => time(WARM, () => walkFluent(fluent)),
      warmPeer: () => time(WARM, () => walkPeer(peer)),
      expand: () => time(WARM, () => walkFluent(expander).post(request)),
      request: () => time(WARM, () => walkFluent(maker).post(request)),
      requestPeer: () => time(WARM, () => walkPeer(peerMaker)?.post(request.json, { card_id: CARD_ID })),
      fresh: () => time(CLIENTS, () => fluent.v3.pay.transactions.id[`420000${id++}` as '_transaction_id_']),
      freshPeer: () => time(CLIENTS, () => peer.v3?.pay?.transactions?.id?.[`420000${id++}`]),
    },
    ROUNDS,
  )
  const { cold, warm, expand, request: built, fresh, ...peers } = results
  const each = (ours: readonly number[], theirs: readonly number[]): string =>
    `${figure(median(ours))} µs; peer ${figure(median(theirs))} µs`
  const shorter = (what: string, ours: readonly number[], theirs: readonly number[], limit: number): Row => {
    const row = atLeast(`chain: ${what}, peer / ours`, medianRatio(theirs, ours), limit, '×')
    return { ...row, measured: `${row.measured}, ${each(ours, theirs)}` }
  }
  const walk = atMost('chain: warm walk, ours / peer', medianRatio(warm, peers.warmPeer), WARM_WALK, '×')
  return [
    shorter("a new client's first walk", cold, peers.coldPeer, FIRST_WALK),
    { ...walk, measured: `${walk.measured}, ${each(warm, peers.warmPeer)}` },
    atMost('chain: warm walk + template expansion', median(expand), EXPANSION_LIMIT, 'µs'),
    shorter('warm walk + expansion + request', built, peers.requestPeer, REQUEST),
    { what: 'chain: walk with an id never seen before', measured: each(fresh, peers.freshPeer) },
  ]
}
