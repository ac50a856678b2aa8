import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import axios from 'axios'
import type { Call } from './contender.js'
import { createHandSigned } from './hand-signed.js'
import type { Merchant } from './merchant.js'

/** Axios and node:crypto, written by hand for this one endpoint, with nothing that it could do without. */
export function createHandWrittenAxios(merchant: Merchant): Call {
  const http = axios.create({
    baseURL: merchant.baseURL,
    httpAgent: new Agent({ keepAlive: true }),
    httpsAgent: new SecureAgent({ keepAlive: true }),
    maxRedirects: 0,
    timeout: 15_000,
    responseType: 'text',
    transformRequest: [],
    transformResponse: [],
  })
  return createHandSigned(merchant, async (path, body, headers) => {
    const answer = await http.post<string>(path, body, { headers })
    return { body: answer.data, headers: answer.headers as Record<string, string> }
  })
}
