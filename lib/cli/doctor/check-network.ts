import { Agent } from 'node:https'
import axios from 'axios'
import {
  ApiError,
  ConfigError,
  type MerchantOptions,
  VerificationError,
  Wechatpay,
  type WechatpayOptions,
} from '../../index.js'
import { bad, type CheckResult, good, unknown } from './check-result.js'

const MAIN = 'https://api.mch.weixin.qq.com'
/** The hosts of the second access point, which is optional. */
const SECOND = ['https://api2.mch.weixin.qq.com', 'https://api2.wechatpay.cn'] as const
/** The seconds that a clock may be wrong before signatures are refused. */
const CLOCK_WINDOW = 300
const TIMEOUT = 10_000

/**
 * Checks reachability, clock, signature, platform keys and APIv3 key, with requests to the API itself.
 *
 * @param canSign whether nothing has been found yet for which signed calls would fail
 */
export async function checkNetwork(options: WechatpayOptions, canSign: boolean): Promise<CheckResult[]> {
  const { baseURL = MAIN } = options
  const others = options.failover ?? (options.baseURL === undefined ? SECOND : [])
  const [main, ...rest] = await Promise.all([baseURL, ...others].map((host) => checkHost(host, options)))
  const isReached = main?.result.state === 'good'
  // Where the network is at fault, no host can be reached.
  const second = rest.map(({ result }) => (options.failover && isReached ? result : optional(result)))
  const results = [...(main ? [main.result] : []), ...second]
  if (!isReached) return results
  const clock = checkClock(main.date)
  if (canSign && clock.state !== 'bad') return [...results, clock, ...(await checkCalls(options))]
  return [...results, clock, unknown('signature', 'not tried: mend what is wrong above first')]
}

/**
 * Connects to a host as the client does: by the same proxy, and with the same authorities. `date` is the `Date` header of
 * the response.
 */
async function checkHost(
  host: string,
  { ca, httpsAgent, proxy }: WechatpayOptions,
): Promise<{ readonly result: CheckResult; readonly date?: string | undefined }> {
  if (!URL.canParse(host)) return { result: bad('base URL', `${host} is no URL`, 'write it with https://') }
  const what = `reach ${new URL(host).host}`
  const started = performance.now()
  try {
    const { headers } = await axios.get(host, {
      ...{ timeout: TIMEOUT, maxRedirects: 0, validateStatus: () => true, responseType: 'text' },
      httpsAgent: httpsAgent ?? (ca === undefined ? undefined : new Agent({ ca: ca as string })),
      ...(proxy !== undefined && { proxy }),
    })
    return { result: good(what, `${Math.round(performance.now() - started)} ms`), date: headers.date }
  } catch (error) {
    return { result: bad(what, (error as Error).message, fixOf(error)) }
  }
}

function fixOf(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException
  return /CERT|SSL|TLS|ISSUER/.test(code)
    ? 'trust the authority of this host: NODE_EXTRA_CA_CERTS'
    : 'let this machine connect to it: DNS, firewall, HTTPS_PROXY'
}

const optional = (result: CheckResult): CheckResult =>
  result.state === 'bad' ? unknown(result.what, `${result.found}; a second access point is optional`) : result

function checkClock(date: string | undefined): CheckResult {
  if (date === undefined) return unknown('clock', 'the server does not tell its time')
  const skew = Math.round((Date.now() - Date.parse(date)) / 1000)
  const found =
    skew === 0 ? 'the server’s' : `${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} the server’s`
  if (Math.abs(skew) <= CLOCK_WINDOW) return good('clock', found)
  return bad('clock', found, 'synchronise it: timedatectl set-ntp true')
}

/** Makes signed calls, which show whether private key, serial number, platform keys and APIv3 key are right. */
async function checkCalls(options: WechatpayOptions): Promise<CheckResult[]> {
  const { certs, ...withoutCerts } = options as MerchantOptions
  // A client without platform keys downloads certificates, with the APIv3 key; one that has them does not use it.
  const download = (what: string): Promise<CheckResult> =>
    checkWith(withoutCerts, async (wxpay) => {
      const { length } = await wxpay.certificates.list()
      return good(what, `decrypts ${length} platform certificate${length === 1 ? '' : 's'}`)
    })
  if (certs === undefined) return [await download('signature and apiv3Key')]
  let hasCertificates = false
  const signature = await checkWith(options, async (wxpay) => {
    await wxpay.v3.certificates.get({ retry: false })
    hasCertificates = true
    return good('signature', 'accepted, and the answer verified')
  })
  if (signature.state === 'bad' || options.apiv3Key === undefined) return [signature]
  if (hasCertificates) return [signature, await download('apiv3Key fits')]
  return [signature, unknown('apiv3Key fits', 'there is no platform certificate to decrypt with it')]
}

async function checkWith(
  options: WechatpayOptions,
  check: (wxpay: Wechatpay) => Promise<CheckResult>,
): Promise<CheckResult> {
  let wxpay: Wechatpay | undefined
  try {
    wxpay = new Wechatpay(options)
    return await check(wxpay)
  } catch (error) {
    return wxpay
      ? resultOf(error, options)
      : bad('configuration', (error as Error).message, 'see the options of new Wechatpay()')
  } finally {
    wxpay?.close()
  }
}

function resultOf(error: unknown, options: WechatpayOptions): CheckResult {
  const { message } = error as Error
  if (error instanceof ConfigError && error.cause instanceof ApiError) {
    return bad('platform keys', message, 'give certs: download pub_key.pem on the merchant platform')
  }
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
    const hint = hintOf(error.apiMessage ?? '', options)
    if (hint) return bad('signature', `${error.code}: ${error.apiMessage}`, hint)
    return bad('signature', message, 'mchid, serial and private key must be of one certificate')
  }
  // Merchants that use a public key have no platform certificates; the signature was accepted all the same.
  if (error.verified) return good('signature', `accepted; there are no platform certificates (${error.code})`)
  return bad('signature', message, 'see what the API says')
}

/** What to do about a refused signature, by the words of the API: the cause is serial number, merchant id or key. */
function hintOf(words: string, { mchid, serial }: WechatpayOptions): string | undefined {
  if (words.includes('序列号'))
    return `${serial} is no API certificate of ${mchid}: openssl x509 -in apiclient_cert.pem -noout -serial`
  if (words.includes('商户号'))
    return `${mchid} is not the merchant of certificate ${serial}: give that one’s WXPAY_MCHID`
  if (/私钥|验签/.test(words))
    return `the private key is not that of certificate ${serial}: give the apiclient_key.pem that came with it`
  return undefined
}
