import { Agent } from 'node:https'
import axios from 'axios'
import { ApiError, ConfigError, VerificationError, Wechatpay, type WechatpayOptions } from '../index.js'
import { bad, type Finding, good, unknown } from './finding.js'

const MAIN = 'https://api.mch.weixin.qq.com'
/** Names of the second access point, which nobody has to use. */
const SECOND = ['https://api2.mch.weixin.qq.com', 'https://api2.wechatpay.cn'] as const
/** Seconds; beyond that no signature stands. */
const CLOCK_WINDOW = 300
const PATIENCE = 10_000

interface Reached {
  readonly finding: Finding
  /** The server's `Date`. */
  readonly date?: string | undefined
}

/** Reachability, clock, signature, platform keys and APIv3 key, by asking the API itself. */
export async function checkNetwork(options: WechatpayOptions): Promise<Finding[]> {
  const { baseURL = MAIN } = options
  const others = options.failover ?? (options.baseURL === undefined ? SECOND : [])
  const [main, ...rest] = await Promise.all([baseURL, ...others].map((host) => reach(host, options)))
  const reached = [
    ...(main ? [main.finding] : []),
    ...rest.map(({ finding }) => (options.failover ? finding : optional(finding))),
  ]
  if (main?.finding.state !== 'good') return reached
  return [...reached, checkClock(main.date), ...(await ask(options))]
}

/** As the client itself would: by the same proxy, trusting the same authorities. */
async function reach(host: string, { ca, httpsAgent, proxy }: WechatpayOptions): Promise<Reached> {
  if (!URL.canParse(host)) return { finding: bad('base URL', `${host} is no URL`, 'write it with https://') }
  const what = `reach ${new URL(host).host}`
  const started = performance.now()
  try {
    const { headers } = await axios.get(host, {
      ...{ timeout: PATIENCE, maxRedirects: 0, validateStatus: () => true, responseType: 'text' },
      httpsAgent: httpsAgent ?? (ca === undefined ? undefined : new Agent({ ca: ca as string })),
      ...(proxy !== undefined && { proxy }),
    })
    return { finding: good(what, `${Math.round(performance.now() - started)} ms`), date: headers.date }
  } catch (error) {
    return { finding: bad(what, (error as Error).message, fixOf(error)) }
  }
}

function fixOf(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException
  return /CERT|SSL|TLS|ISSUER/.test(code)
    ? 'trust the authority of this host: NODE_EXTRA_CA_CERTS'
    : 'let this machine connect to it: DNS, firewall, HTTPS_PROXY'
}

const optional = (finding: Finding): Finding =>
  finding.state === 'bad'
    ? unknown(finding.what, `${finding.found}; a second access point is optional`)
    : finding

function checkClock(date: string | undefined): Finding {
  if (date === undefined) return unknown('clock', 'the server does not tell its time')
  const skew = Math.round((Date.now() - Date.parse(date)) / 1000)
  const found =
    skew === 0 ? 'the server’s' : `${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} the server’s`
  if (Math.abs(skew) <= CLOCK_WINDOW) return good('clock', found)
  return bad('clock', found, 'synchronise it: timedatectl set-ntp true')
}

/** One signed question; its outcome tells about key, serial and platform keys. */
async function ask(options: WechatpayOptions): Promise<Finding[]> {
  if (options.certs === undefined) return [await tryDownload(options, 'signature and apiv3Key')]
  const signature = await withClient(options, async (wxpay) => {
    await wxpay.v3.certificates.get({ retry: false })
    return good('signature', 'accepted, and the answer verified')
  })
  if (signature.state === 'bad' || options.apiv3Key === undefined) return [signature]
  // With platform keys at hand it is used for nothing yet: a client without them has to.
  const { certs: _, ...withoutCerts } = options
  return [signature, await tryDownload(withoutCerts, 'apiv3Key fits')]
}

function tryDownload(options: WechatpayOptions, what: string): Promise<Finding> {
  return withClient(options, async (wxpay) => {
    const { length } = await wxpay.certificates.list()
    return good(what, `decrypts ${length} platform certificate${length === 1 ? '' : 's'}`)
  })
}

async function withClient(
  options: WechatpayOptions,
  work: (wxpay: Wechatpay) => Promise<Finding>,
): Promise<Finding> {
  let wxpay: Wechatpay
  try {
    wxpay = new Wechatpay(options)
  } catch (error) {
    return bad('configuration', (error as Error).message, 'mend what is wrong above')
  }
  try {
    return await work(wxpay)
  } catch (error) {
    return explain(error)
  } finally {
    wxpay.close()
  }
}

function explain(error: unknown): Finding {
  const { message } = error as Error
  if (error instanceof ConfigError) {
    return bad('apiv3Key fits', message, 'set it anew on the merchant platform, and use it everywhere')
  }
  if (error instanceof VerificationError) {
    return error.code === 'TIMESTAMP_INVALID'
      ? bad('clock', message, 'synchronise it: timedatectl set-ntp true')
      : bad('answer', message, 'give the platform key that belongs to this merchant: download it again')
  }
  if (!(error instanceof ApiError)) return bad('signature', message, 'try again')
  if (error.status === 401) {
    return bad('signature', message, 'mchid, serial and private key must be of one certificate')
  }
  // Who has a public key instead has no platform certificates; the signature was accepted all the same.
  if (error.verified) return good('signature', `accepted; there are no platform certificates (${error.code})`)
  return bad('signature', message, 'see what the API says')
}
