import { endpointOf } from '../catalog/endpoint.js'
import { ApiError, ConfigError, NetworkError, type WechatpayError } from '../errors.js'
import type { Protocol } from '../protocols/protocol.js'
import { type SignedPayload, signatureHeaders } from '../protocols/v3/signature.js'
import type { Transport } from '../transport/transport.js'
import { buildCall, type CallDefaults } from './build.js'
import { publishDirect } from './events.js'
import { send, Timer } from './send.js'

/**
 * Fetches the platform certificates. Nobody can verify the response yet, so it goes to `createCertificates` alone.
 *
 * @param protocol without platform keys
 * @param accessPoints tried one after the other, until one can be reached
 * @param algorithm the kind of certificates; RSA when absent
 */
export function certificateDownload(
  protocol: Protocol,
  transport: Transport,
  defaults: CallDefaults,
  accessPoints: readonly string[],
  algorithm?: 'SM2',
): (serial: string | undefined) => Promise<SignedPayload> {
  const endpoint = endpointOf('v3/certificates', 'get')

  async function download(serial: string | undefined, baseURL: string): Promise<SignedPayload> {
    const request = {
      baseURL,
      ...(algorithm && { query: { algorithm_type: algorithm } }),
      ...(serial !== undefined && { headers: { 'Wechatpay-Serial': serial } }),
    }
    const call = buildCall(endpoint, request, defaults)
    const timer = new Timer(call.timeout)
    const direct = { endpoint, begun: performance.now() }
    try {
      const signed = await protocol.sign(call)
      const response = await send(signed, call, timer, transport.send)
      const { status, headers, body } = response
      if (status < 200 || status >= 300) throw await protocol.toError(response, signed, call)
      publishDirect(direct, { status, requestId: headers['request-id'] })
      return {
        headers: signatureHeaders((name) => headers[name] as string | undefined),
        body: body as Buffer,
      }
    } catch (error) {
      publishDirect(direct, error as Error)
      throw error instanceof ApiError ? explain(error) : error
    } finally {
      timer.stop()
    }
  }

  return async (serial) => {
    let failure: unknown
    for (const accessPoint of accessPoints) {
      try {
        return await download(serial, accessPoint)
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error
        failure = error
      }
    }
    throw failure
  }
}

/** A merchant that began with a public key has no certificates: that is a matter of its options. */
function explain(error: ApiError): WechatpayError {
  if (error.status !== 404) return error
  return new ConfigError(
    `This merchant has no platform certificates to download (${error.message}): its public key signs all. If certs lacks that, add pub_key.pem under its id, { PUB_KEY_ID_…: 'file:///…/pub_key.pem' }; both are at 商户平台 → API安全 → 微信支付公钥`,
    { cause: error },
  )
}
