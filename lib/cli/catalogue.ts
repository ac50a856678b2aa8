import { normalizeSegment } from '../chain/normalize.js'
import { exactSegments } from '../routes/lookup.js'
import type { Verb } from '../routes/traits.js'
import { names } from './generated/names.js'

/** An endpoint as it is documented. */
export interface CataloguedEndpoint {
  readonly verb: Verb
  readonly path: string
  readonly name: string
  /** URLs. */
  readonly docs: readonly string[]
}

const BASE = 'https://pay.weixin.qq.com/'

let all: readonly CataloguedEndpoint[] | undefined

/** All documented endpoints. */
export function catalogue(): readonly CataloguedEndpoint[] {
  all ??= names.split('\n').map((line) => {
    const [endpoint = '', name = '', docs = ''] = line.split('\t')
    const [verb = 'get', path = ''] = endpoint.split(' ')
    const urls = docs
      .split(' ')
      .filter(Boolean)
      .map((url) => (url.startsWith('http') ? url : BASE + url))
    return { verb: verb as Verb, path, name, docs: urls }
  })
  return all
}

/** Those that have all words in their path or name. */
export function searchCatalogue(words: readonly string[]): readonly CataloguedEndpoint[] {
  const wanted = words.map((word) => word.toLowerCase())
  return catalogue().filter(({ verb, path, name }) => {
    const text = `${verb} ${path} ${name}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}

/** As it is written in code. */
export function chainOf({ path, verb }: Pick<CataloguedEndpoint, 'path' | 'verb'>): string {
  const names = path.split('/').map((segment) => {
    const placeholder = /^\{(\w+)\}$/.exec(segment)?.[1]
    if (placeholder) return `._${placeholder}_`
    const camel = segment.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    const isName = /^[A-Za-z]\w*$/.test(camel) && normalizeSegment(camel, exactSegments) === segment
    return isName ? `.${camel}` : `['${segment}']`
  })
  return `wxpay${names.join('')}.${verb}({ … })`
}
