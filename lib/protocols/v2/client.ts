import axios, { type AxiosRequestConfig } from 'axios'
import { DEFAULT_TIMEOUT, MAX_ANSWER, USER_AGENT } from '../../transport/seal.js'
import { createSender, type Sender, type Steps } from '../../transport/sender.js'
import { acceptAnswer } from './accept-answer.js'
import type { V2Context } from './context.js'
import { refuseAnswer } from './refuse-answer.js'
import { signRequest } from './sign-request.js'

/**
 * The axios instance of APIv2. It signs in a request interceptor, which runs after those that users add and after
 * the `transformRequest` of the config, and verifies in a response interceptor, which runs before theirs.
 */
export function createV2Client(context: V2Context, given: AxiosRequestConfig): Sender {
  const { headers, ...rest } = given
  const instance = axios.create({
    timeout: DEFAULT_TIMEOUT,
    transformRequest: [],
    transformResponse: [],
    maxContentLength: MAX_ANSWER,
    ...rest,
    transitional: { legacyInterceptorReqResOrdering: true },
    headers: { Accept: 'text/xml, */*', 'User-Agent': USER_AGENT, ...(headers as Record<string, string>) },
  })
  const steps: Steps = {
    sign: (config) => signRequest(config, context),
    accept: (response) => acceptAnswer(response, context),
    refuse: (error) => refuseAnswer(error, context),
  }
  return createSender(instance, steps, given)
}
