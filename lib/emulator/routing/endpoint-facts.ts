import type { EndpointDocument, ProtocolDocument } from '../../catalog/document.js'
import { endpointDocument } from '../../catalog/document.js'
import {
  embedded,
  fieldsOf,
  isCases,
  isFields,
  isLeaf,
  isList,
  leafOf,
  type Shape,
} from '../../catalog/schema.js'
import type { Verb } from '../../catalog/traits.js'

/** The facts about one endpoint that the emulator goes by, from the catalogue's document of it. */
export interface EndpointFacts {
  readonly document: EndpointDocument
  /** Whether its successful responses come without a signature. */
  readonly isUnsigned: boolean
  /** The response header with the SHA-1 digest that is signed in place of the body. */
  readonly signedDigest: string | undefined
  /** The place of the number that makes a repeated write harmless, as `json.out_trade_no` or `path.out_bill_no`. */
  readonly idempotent: string | undefined
  readonly upload: ProtocolDocument['upload']
  /** The encrypted fields of the request, as `json.name`, `query.name` or `json.receivers[].name`. */
  readonly encryptedFields: readonly string[]
  /** Whether an endpoint of v2 asks for the merchant's client certificate. */
  readonly needsCertificate: boolean
  /** Whether a request of v2 has a `nonce_str`. */
  readonly needsNonce: boolean
  /** The algorithm of a request of v2 that does not name one in `sign_type`. */
  readonly signType: 'MD5' | 'HMAC-SHA256'
  /** The field of v2 with the merchant's id; `undefined` where there is none. */
  readonly merchantField: string | undefined
}

const known = new Map<string, Promise<EndpointFacts | undefined>>()

/** The facts about an endpoint; `undefined` when it is not documented. */
export function endpointFacts(method: string, template: string): Promise<EndpointFacts | undefined> {
  const key = `${method} ${template}`
  const facts = known.get(key) ?? readFacts(method, template)
  known.set(key, facts)
  return facts
}

async function readFacts(method: string, template: string): Promise<EndpointFacts | undefined> {
  const document = await endpointDocument(template, method.toLowerCase() as Verb)
  if (!document) return undefined
  const { unsigned, signedDigest, idempotent, upload, certificate, nonceless, signType, merchantId } =
    document
  return {
    ...{ document, signedDigest, idempotent, upload },
    isUnsigned: unsigned === true,
    encryptedFields: encryptedFieldsOf(document),
    needsCertificate: certificate === true,
    needsNonce: !nonceless && !document.response.redirect,
    signType: signType === 'HMAC-SHA256' ? signType : 'MD5',
    merchantField: merchantId === false ? undefined : (merchantId ?? 'mch_id'),
  }
}

function encryptedFieldsOf(document: EndpointDocument): string[] {
  const meta = document.multipart?.meta && embedded(document.multipart.meta)
  const parts: readonly (readonly [place: string, shape: Shape | undefined])[] = [
    ['json', document.json ?? document['json?'] ?? meta?.shape],
    ['query', document.query ?? document['query?']],
  ]
  return parts.flatMap(([place, shape]) => (shape ? encryptedBelow(shape, place) : []))
}

function encryptedBelow(shape: Shape, path: string): string[] {
  if (isLeaf(shape)) return leafOf(shape).type === 'encrypted' ? [path] : []
  if (isList(shape)) return encryptedBelow(shape[0], `${path}[]`)
  if (isCases(shape)) return [...new Set(shape.$oneOf.flatMap((one) => encryptedBelow(one, path)))]
  if (!isFields(shape)) return []
  return fieldsOf(shape).flatMap((field) => encryptedBelow(field.shape, `${path}.${field.name}`))
}
