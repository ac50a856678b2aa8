import { ApiError, ConfigError, VerificationError, type WechatpayOptions } from '../index.js'
import { bad, type Finding, good, unknown } from './doctor-keys.js'

const ACCESS_POINTS = ['https://api.mch.weixin.qq.com', 'https://api2.wechatpay.cn'] as const
const CLOCK_WINDOW = 300
const PATIENCE = 10_000

/** Reachability, clock, signature and APIv3 key, by asking the API itself. */
export async function checkNetwork(options: WechatpayOptions): Promise<Finding[]> {
  const hosts = options.baseURL ? [options.baseURL] : ACCESS_POINTS
  const reached = await Promise.all(hosts.map((host) => reach(host)))
  const findings = reached.flatMap(({ findings: own }) => own)
  if (!reached.some(({ ok }) => ok)) return findings
  return [...findings, ...(await ask(options))]
}

async function reach(host: string): Promise<{ ok: boolean; findings: Finding[] }> {
  const what = `reach ${new URL(host).host}`
  try {
    const started = performance.now()
    const response = await fetch(host, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) })
    await response.body?.cancel()
    const took = good(what, `${Math.round(performance.now() - started)} ms`)
    return { ok: true, findings: [took, clock(response.headers.get('date'))] }
  } catch (error) {
    const why = (error as { cause?: Error }).cause?.message ?? (error as Error).message
    return {
      ok: false,
      findings: [bad(what, why, 'let this machine connect to it: DNS, firewall, HTTPS_PROXY')],
    }
  }
}

function clock(date: string | null): Finding {
  if (date === null) return unknown('clock', 'the server does not tell its time')
  const skew = Math.round((Date.now() - Date.parse(date)) / 1000)
  if (Math.abs(skew) <= CLOCK_WINDOW) return good('clock', `${skew} s from the server’s`)
  return bad('clock', `${skew} s from the server’s`, 'synchronise it: timedatectl set-ntp true')
}

/** One signed question; its outcome tells about key, serial and platform keys. */
async function ask(options: WechatpayOptions): Promise<Finding[]> {
  const { Wechatpay } = await import('../index.js')
  let wxpay: InstanceType<typeof Wechatpay>
  try {
    wxpay = new Wechatpay(options)
  } catch (error) {
    return error instanceof ConfigError ? [bad('configuration', error.message, 'see above')] : []
  }
  try {
    if (options.certs === undefined) {
      const keys = await wxpay.certificates.list()
      return [
        good('signature', 'accepted'),
        good('apiv3Key', `decrypts ${keys.length} platform certificates`),
      ]
    }
    await wxpay.v3.certificates.get({ retry: false })
    return [good('signature', 'accepted, and the answer verified'), ...(await checkApiv3Key(options))]
  } catch (error) {
    return [explain(error)]
  } finally {
    wxpay.close()
  }
}

/** Given platform keys, the APIv3 key is used for nothing yet: a client without them has to use it. */
async function checkApiv3Key(options: WechatpayOptions): Promise<Finding[]> {
  if (options.apiv3Key === undefined) return []
  const { Wechatpay } = await import('../index.js')
  const { certs: _, ...withoutCerts } = options
  const wxpay = new Wechatpay(withoutCerts)
  try {
    const keys = await wxpay.certificates.list()
    return [good('apiv3Key fits', `decrypts ${keys.length} platform certificates`)]
  } catch (error) {
    return [bad('apiv3Key fits', (error as Error).message, 'set it anew on the merchant platform')]
  } finally {
    wxpay.close()
  }
}

function explain(error: unknown): Finding {
  const { message } = error as Error
  if (error instanceof ApiError && error.status === 401) {
    return bad('signature', message, 'mchid, serial and private key must be of one certificate')
  }
  if (error instanceof VerificationError) {
    return bad('answer', message, 'certs must hold the key that the message names: download it again')
  }
  return bad('signature', message, 'see what the API says')
}
