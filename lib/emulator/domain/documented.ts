import { createHash } from 'node:crypto'
import type { Context } from '../context.js'
import { findDocumentedRoute } from '../routing/documented-routes.js'
import { type EndpointFacts, endpointFacts } from '../routing/endpoint-facts.js'
import type { ApiRequest, ApiResponse, Endpoint, Handler } from '../routing/handler.js'
import { respondOnce } from './repeats.js'
import { pagedSampleOf } from './sample-pages.js'

/** The documented endpoint that a request means; its handler responds with a sample. */
export async function findDocumented(
  method: string,
  path: string,
  context: Context,
): Promise<Endpoint | undefined> {
  const route = await findDocumentedRoute(method, path)
  const facts = route && (await endpointFacts(method, route.target))
  if (!facts) return undefined
  return { template: route.target, params: route.params, handler: sampleHandler(facts, context) }
}

function sampleHandler(facts: EndpointFacts, context: Context): Handler {
  const { idempotent } = facts
  return (request) => {
    const respond = (): ApiResponse => sampleResponse(facts, request, context)
    if (!idempotent || request.method === 'GET') return respond()
    return respondOnce(request, idempotent, context.state.answered, respond)
  }
}

function sampleResponse(
  { document, signedDigest }: EndpointFacts,
  { template, caller, query, json, params }: ApiRequest,
  { ids, now }: Context,
): ApiResponse {
  const { response } = document
  const file = response.binary ?? response.text
  if (file !== undefined) return download(file || 'application/octet-stream', signedDigest)
  if (response.json === undefined) return { status: response.status ?? 204 }
  const given = {
    ...(caller.scheme === 'brand' && { brand_id: caller.id }),
    ...Object.fromEntries(query),
    ...(json as object | undefined),
    ...params,
  }
  const source = { ids, now: now(), merchantKey: caller.key, given }
  const body = pagedSampleOf(document, { template, query, json }, source)
  return { status: response.status ?? 200, body }
}

/** A downloaded file. Its signature, where there is one, covers `{"sha1":"…"}` of the digest in a header. */
function download(contentType: string, digestHeader: string | undefined): ApiResponse {
  const body = Buffer.from('sample\n')
  const sha1 = createHash('sha1').update(body).digest('hex')
  const response = { status: 200, body, contentType }
  if (!digestHeader) return response
  return { ...response, headers: { [digestHeader]: sha1 }, signedText: JSON.stringify({ sha1 }) }
}
