import axios, { type AxiosRequestConfig, type CreateAxiosDefaults } from 'axios'
import { encodeBody } from '../../pipeline/body.js'
import { DEFAULT_TIMEOUT, MAX_ANSWER, USER_AGENT } from '../../transport/seal.js'
import { createSender, type Sender, type Steps } from '../../transport/sender.js'
import { acceptAnswer } from './accept-answer.js'
import type { V3Context } from './context.js'
import { refuseAnswer } from './refuse-answer.js'
import { signRequest } from './sign-request.js'

/** Interceptors that users add run before ours, which signs what they leave. */
const ORDERED = { legacyInterceptorReqResOrdering: true } as const

/** What every APIv3 request starts from, with the user's own defaults on top. */
export function v3Defaults({ headers, ...rest }: AxiosRequestConfig): CreateAxiosDefaults {
  return {
    timeout: DEFAULT_TIMEOUT,
    maxContentLength: MAX_ANSWER,
    transformRequest: [encodeBody],
    transformResponse: [],
    ...rest,
    transitional: ORDERED,
    headers: {
      Accept: 'application/json',
      'User-Agent': USER_AGENT,
      ...(headers as Record<string, string>),
    },
  }
}

/**
 * The axios instance of APIv3. It signs in a request interceptor, which runs after those that users add,
 * and verifies in a response interceptor, which runs before theirs.
 */
export function createV3Client(context: V3Context, given: AxiosRequestConfig): Sender {
  const steps: Steps = {
    sign: (config) => signRequest(config, context),
    accept: (response) => acceptAnswer(response, context),
    refuse: (error) => refuseAnswer(error, context),
  }
  return createSender(axios.create(v3Defaults(given)), steps, given)
}
