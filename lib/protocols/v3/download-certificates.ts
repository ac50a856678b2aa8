import axios, { type AxiosResponse, type CreateAxiosDefaults } from 'axios'
import { NetworkError } from '../../errors.js'
import { callOf } from '../../pipeline/call.js'
import type { Agents } from '../../transport/agents.js'
import { createFixedKeys } from './platform-keys.js'
import { refuseAnswer } from './refuse-answer.js'
import { signRequest } from './sign-request.js'
import type { Signer } from './signer.js'
import { type SignedAnswer, toSignedAnswer } from './verifier.js'

/**
 * Fetches the platform certificates, by an axios instance of its own: nobody can verify its answers yet, so
 * no one but {@link createCertificates} gets to see them.
 *
 * @param accessPoints tried one after the other, until one can be reached
 */
export function certificateDownload(
  signer: Signer,
  agents: Agents,
  defaults: CreateAxiosDefaults,
  accessPoints: readonly string[],
): (serial: string | undefined) => Promise<SignedAnswer> {
  const keys = createFixedKeys([])
  const instance = axios.create(defaults)
  instance.interceptors.request.use((config) => signRequest(config, { signer, agents, keys }))
  instance.interceptors.response.use(endAttempt, (error: unknown) => refuseAnswer(error, { keys, signer }))
  return async (serial) => {
    const headers = { 'Wechatpay-Serial': serial }
    let failure: unknown
    for (const baseURL of accessPoints) {
      try {
        return toSignedAnswer(await instance.get('v3/certificates', { headers, baseURL }))
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error
        failure = error
      }
    }
    throw failure
  }
}

/** Its clock would keep the process alive until it is over. */
function endAttempt(response: AxiosResponse): AxiosResponse {
  callOf(response.config)?.settle()
  return response
}
