import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios'
import { DEFAULT_TIMEOUT, MAX_ANSWER, USER_AGENT } from '../transport/seal.js'
import { acceptAnswer } from './accept-answer.js'
import type { V2Context } from './context.js'
import { refuseAnswer } from './refuse-answer.js'
import { signRequest } from './sign-request.js'

/**
 * The axios instance of APIv2. It signs in a request interceptor, which runs after those that users add and after
 * the `transformRequest` of the config, and verifies in a response interceptor, which runs before theirs.
 */
export function createV2Client(context: V2Context, defaults: AxiosRequestConfig): AxiosInstance {
  const { headers, ...rest } = defaults
  const instance = axios.create({
    timeout: DEFAULT_TIMEOUT,
    transformRequest: [],
    transformResponse: [],
    maxContentLength: MAX_ANSWER,
    ...rest,
    transitional: { legacyInterceptorReqResOrdering: true },
    headers: { Accept: 'text/xml, */*', 'User-Agent': USER_AGENT, ...(headers as Record<string, string>) },
  })
  instance.interceptors.request.use((config) => signRequest(config, context))
  instance.interceptors.response.use(
    (response) => acceptAnswer(response, context),
    (error: unknown) => refuseAnswer(error, context),
  )
  return instance
}
