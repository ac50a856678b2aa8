import type { OutlineTraits } from '../lib/catalog/routes.js'
import {
  embedded,
  fieldsOf,
  isCases,
  isFields,
  isLeaf,
  isList,
  labelOf,
  leafOf,
  type Shape,
} from '../lib/catalog/schema.js'
import { fillsOf } from './fills.js'
import { type Endpoint, part } from './model.js'

/** The traits of an endpoint, without those that are as usual. */
export function traitsOf(endpoint: Endpoint): OutlineTraits {
  const { response, api, signType } = endpoint
  const answer = responseKind(endpoint)
  const encrypts = api === 'v3' ? requestParts(endpoint).flatMap(([at, shape]) => encrypted(shape, at)) : []
  const decrypts = response.json ? encrypted(response.json, '') : []
  const fills = fillsOf(endpoint)
  const lists = response.xml ? repeated(response.xml, '') : []
  const { prefix, wire, origin, fragment, certificate, nonceless, unsigned, optionalSign } = endpoint
  const { signedDigest, merchantId, extraSigns, upload, idempotent, safe } = endpoint
  const traits: { [Name in keyof OutlineTraits]: OutlineTraits[Name] | undefined } = {
    ...{ prefix, wire, origin, fragment, certificate, nonceless, unsigned, optionalSign },
    ...{ signedDigest, merchantId, extraSigns, upload, idempotent, safe },
    answer: answer === (api === 'v2' ? 'xml' : 'json') ? undefined : answer,
    redirect: response.redirect,
    signType: signType === 'none' ? undefined : signType,
    noSignType: signType === 'none' ? true : undefined,
    fills: fills.length > 0 ? fills : undefined,
    encrypts: encrypts.length > 0 ? encrypts : undefined,
    decrypts: decrypts.length > 0 ? decrypts : undefined,
    lists: lists.length > 0 ? lists : undefined,
    pages: pagesOf(endpoint),
  }
  return Object.fromEntries(
    Object.entries(traits).filter(([, value]) => value !== undefined),
  ) as OutlineTraits
}

function responseKind({ response }: Endpoint): OutlineTraits['answer'] {
  if (response.json) return 'json'
  if (response.xml) return 'xml'
  if (response.binary) return 'binary'
  return response.text ? 'text' : 'none'
}

function requestParts(endpoint: Endpoint): [name: string, shape: Shape][] {
  const meta = endpoint.multipart?.meta && embedded(endpoint.multipart.meta)
  const parts: [string, Shape | undefined][] = [
    ['json', part(endpoint, 'json')?.shape],
    ['query', part(endpoint, 'query')?.shape],
    ['meta', meta?.shape],
  ]
  return parts.flatMap(([name, shape]) => (shape ? [[name, shape] as [string, Shape]] : []))
}

/** The paths of encrypted fields: `json.receivers[].name`. */
function encrypted(shape: Shape, at: string): string[] {
  if (isLeaf(shape)) return leafOf(shape).type === 'encrypted' ? [at] : []
  if (isList(shape)) return encrypted(shape[0], `${at}[]`)
  if (isCases(shape)) return [...new Set(shape.$oneOf.flatMap((one) => encrypted(one, at)))]
  if (!isFields(shape)) return []
  return fieldsOf(shape).flatMap((field) => encrypted(field.shape, at ? `${at}.${field.name}` : field.name))
}

/** The paths of elements that repeat in an XML response: `hblist.hbinfo`. */
function repeated(shape: Shape, at: string): string[] {
  if (isList(shape)) return [at, ...repeated(shape[0], at)]
  if (!isFields(shape)) return []
  return fieldsOf(shape).flatMap((field) => repeated(field.shape, at ? `${at}.${field.name}` : field.name))
}

/** The names that the fields of pages have, where one begins and how many items it has. */
const STARTS: readonly string[] = ['offset', 'page_index', 'page_token']
const SIZES: readonly string[] = ['limit', 'count', 'page_size']

/** How the list of a response comes in pages: one that has several lists, or none, does not. */
function pagesOf(endpoint: Endpoint): OutlineTraits['pages'] {
  const name = endpoint.verb === 'get' ? 'query' : 'json'
  const fields = fieldsIn(part(endpoint, name)?.shape)
  const start = STARTS.find((one) => fields.has(one))
  const size = SIZES.find((one) => fields.has(one))
  const lists = [...fieldsIn(endpoint.response.json)].flatMap(([list, shape]) =>
    isList(shape) ? [list] : [],
  )
  const [items, another] = lists
  if (!start || !size || items === undefined || another !== undefined) return undefined
  const isNumbered = start === 'offset' && labelOf(fields.get(start) as Shape)?.includes('页码')
  const names = [`${name}.${start}`, `${name}.${size}`, items] as const
  return isNumbered ? [...names, 'numbered'] : names
}

function fieldsIn(shape: Shape | undefined): ReadonlyMap<string, Shape> {
  const fields = shape !== undefined && isFields(shape) ? fieldsOf(shape) : []
  return new Map(fields.map(({ name, shape: inner }) => [name, inner]))
}
