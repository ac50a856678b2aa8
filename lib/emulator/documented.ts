import { createHash } from 'node:crypto'
import { endpointDocument } from '../catalog/document.js'
import { lookup } from '../catalog/lookup.js'
import { matchRoutes } from '../catalog/match.js'
import type { Verb } from '../catalog/traits.js'
import type { Reply } from './answer.js'
import { callerOf } from './clients.js'
import type { Context } from './context.js'
import { answerOnce } from './repeats.js'
import { type Call, decodeValue, type Handler, type Match } from './router.js'
import { sampleOf } from './sample.js'

const VERBS: ReadonlySet<string> = new Set(['get', 'post', 'put', 'patch', 'delete'])

/** A file of a download: its signature, where there is one, covers `{"sha1":"…"}` of the digest in a header. */
function download(contentType: string, unsigned: boolean, digestHeader: string | undefined): Reply {
  const body = Buffer.from('sample\n')
  const sha1 = createHash('sha1').update(body).digest('hex')
  const reply = { status: 200, body, contentType, unsigned }
  return digestHeader
    ? { ...reply, headers: { [digestHeader]: sha1 }, signedText: JSON.stringify({ sha1 }) }
    : reply
}

/** Endpoints without a handler of their own: whatever the catalogue documents is answered with a sample. */
export async function documentedEndpoint(
  method: string,
  path: string,
  context: Context,
): Promise<Match | undefined> {
  const { ids, now, state } = context
  const verb = method.toLowerCase() as Verb
  if (!VERBS.has(verb)) return undefined
  const [match] = matchRoutes(verb, path.slice(1))
  if (!match) return undefined
  const { template, values } = match
  const document = await endpointDocument(template, verb)
  if (!document) return undefined
  const entries = Object.entries(values).map(([name, value]) => [name, decodeValue(name, value)] as const)
  const params = Object.fromEntries(entries)
  const { unsigned, signedDigest, idempotent } = lookup(template, verb) ?? {}
  const answer = ({ query, json }: Call): Reply => {
    const { response } = document
    const file = response.binary ?? response.text
    if (file !== undefined)
      return download(file || 'application/octet-stream', unsigned === true, signedDigest)
    if (response.json === undefined) return { status: response.status ?? 204 }
    const { scheme, id, key } = callerOf(path, context)
    const given = {
      ...(scheme === 'brand' && { brand_id: id }),
      ...Object.fromEntries(query),
      ...(json as object | undefined),
      ...params,
    }
    const source = { ids, now: now(), merchantKey: key, given }
    const body = sampleOf(response.json, '', source)
    return { status: response.status ?? 200, body, ...(unsigned && { unsigned }) }
  }
  const handler: Handler = (call) => {
    return idempotent && verb !== 'get'
      ? answerOnce(call, idempotent, state.answered, () => answer(call))
      : answer(call)
  }
  return { template, params, handler }
}
