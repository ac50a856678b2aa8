import { Readable } from 'node:stream'
import { isAxiosError } from 'axios'
import { ApiError, VerificationError } from '../../errors.js'
import { Call, callOf } from '../../pipeline/call.js'
import { endpointOfUrl } from '../../pipeline/endpoint.js'
import { bytesOf, readDocument } from '../../transport/body.js'
import { toFailure } from '../../transport/failure.js'
import { read } from './accept-answer.js'
import { toApiError } from './api-error.js'
import type { V2Context } from './context.js'
import { failureOf } from './outcome.js'
import { MAX_XML_BYTES } from './xml-problem.js'

/** Turns whatever axios rejects with into an error of ours: no answer, or an answer outside 2xx. */
export async function refuseAnswer(error: unknown, context: V2Context): Promise<never> {
  if (!isAxiosError(error)) throw error
  const { response, config } = error
  const call = (config && callOf(config)) ?? unknownCall(config?.url, config?.method)
  const { endpoint, repeatable, clock } = call
  call.settle()
  if (!response || (response.status >= 200 && response.status < 300)) {
    const { safe } = endpoint.traits
    // A POST that only reads leaves nothing behind, like a GET.
    const method = safe ? 'GET' : endpoint.verb.toUpperCase()
    throw toFailure(error, { name: endpoint.name, method, repeatable, clock })
  }
  // An error to a request for a stream comes as a stream.
  if (response.data instanceof Readable) {
    response.data = await readDocument(response.data, endpoint.name, clock.limit, MAX_XML_BYTES)
  }
  const body = bytesOf(response.data)
  try {
    const { answer, verified } = await read(body, call, context)
    throw toApiError(response, answer, failureOf(answer), verified, endpoint)
  } catch (problem) {
    if (problem instanceof ApiError) throw problem
    // Gateways say no in HTML, and nothing is trusted here anyway.
    if (!(problem instanceof VerificationError)) throw problem
    throw toApiError(response, body.toString(), undefined, false, endpoint)
  }
}

const unknownCall = (url = '', method = 'get'): Call => {
  const { pathname } = new URL(url, 'https://localhost')
  return new Call(endpointOfUrl(`/v2${pathname}`, method), url)
}
