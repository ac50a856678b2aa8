import { Readable } from 'node:stream'
import type { AxiosResponse } from 'axios'
import { VerificationError, type VerificationErrorCode } from '../../errors.js'
import { type Call, callOf } from '../../pipeline/call.js'
import { handOver } from '../../pipeline/hand-over.js'
import { bytesOf, passOn, peek, readDocument } from '../../transport/body.js'
import { MAY_BE_DONE } from '../../transport/failure.js'
import { unseal } from '../../transport/seal.js'
import { toApiError } from './api-error.js'
import { signTypeOf } from './attempt.js'
import type { V2Context } from './context.js'
import { decodeJson, looksLikeXml, withLists } from './decode.js'
import { loadXml } from './load-xml.js'
import { failureOf, hasOutcome } from './outcome.js'
import { isGenuine, type Message } from './sign.js'
import type { XmlFields } from './xml.js'
import { MAX_XML_BYTES, XmlProblem } from './xml-problem.js'

/**
 * Verifies a 2xx answer by the signature in it, then looks whether it says yes.
 *
 * @throws {VerificationError} before anyone sees the data of an answer that is not to be trusted.
 * @throws {ApiError} when the API says no.
 */
export async function acceptAnswer(response: AxiosResponse, context: V2Context): Promise<AxiosResponse> {
  const call = callOf(response.config) as Call
  call.settle()
  const { name, traits } = call.endpoint
  unseal(response)
  const isFile = call.unsigned && (traits.answer === 'binary' || traits.answer === 'text')
  if (response.data instanceof Readable) {
    const patience = call.clock.limit
    const { head, whole } = await peek(passOn(response.data, name), name, patience)
    if (isFile && !looksLikeXml(head)) return call.finish(response, whole)
    response.data = await readDocument(whole, name, patience, MAX_XML_BYTES)
  }
  const body = bytesOf(response.data)
  // A download that fails says so in XML.
  if (isFile && !looksLikeXml(body)) {
    const decode = () => (traits.answer === 'text' ? body.toString() : body)
    return call.finish(response, handOver(response, body, call, decode))
  }
  const { answer, verified } = await read(body, call, context)
  const failure = failureOf(answer)
  if (failure) throw toApiError(response, answer, failure, verified, call.endpoint)
  if (!verified) assertBelievable(answer, call)
  const decode = () => withLists(answer, traits.lists ?? [])
  return call.finish(response, handOver(response, body, call, decode))
}

interface Read {
  readonly answer: XmlFields
  readonly verified: boolean
}

/** The fields of an answer. Where it has a signature that the API is known to make, that has been verified. */
export async function read(body: Buffer, call: Call, context: V2Context): Promise<Read> {
  if (call.endpoint.traits.answer === 'json' && call.unsigned) {
    return { answer: decodeJson(body, call), verified: false }
  }
  const answer = await decode(body, call)
  if (call.unsigned || answer.sign === undefined || answer.sign === '') return { answer, verified: false }
  const message = flatten(answer)
  if (!message) throw refusal(call, 'ANSWER_INVALID', 'it is signed, but has more than texts in it')
  if (!context.secret || !isGenuine(message, signTypeOf(call), context.secret)) {
    throw refusal(call, 'SIGNATURE_INVALID', `its sign does not fit the APIv2 key (${signTypeOf(call)})`)
  }
  return { answer, verified: true }
}

async function decode(body: Buffer, call: Call): Promise<XmlFields> {
  const { decodeXml } = await loadXml()
  try {
    return decodeXml(body)
  } catch (error) {
    if (error instanceof XmlProblem) throw refusal(call, 'ANSWER_INVALID', error.message)
    throw error
  }
}

function flatten(answer: XmlFields): Message | undefined {
  const texts = Object.values(answer).every((value) => typeof value === 'string')
  return texts ? (answer as Message) : undefined
}

/** An answer without signature counts only where the API is known to make none, and if it is one of the API's at all. */
function assertBelievable(answer: XmlFields, call: Call): void {
  const { traits } = call.endpoint
  if (!call.unsigned && !traits.optionalSign) throw refusal(call, 'SIGNATURE_MISSING', 'it has no sign')
  if (!hasOutcome(answer)) throw refusal(call, 'ANSWER_INVALID', 'it has no return_code')
}

function refusal({ endpoint }: Call, code: VerificationErrorCode, why: string): VerificationError {
  const doubt = endpoint.verb === 'get' || endpoint.traits.safe ? '' : `. ${MAY_BE_DONE}`
  return new VerificationError(`${endpoint.name}: the answer is not to be trusted: ${why}${doubt}`, { code })
}
