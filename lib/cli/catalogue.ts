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
