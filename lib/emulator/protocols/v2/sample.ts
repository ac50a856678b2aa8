import {
  type Fields,
  fieldsOf,
  isFields,
  isLeaf,
  isList,
  leafOf,
  type Shape,
} from '../../../catalog/schema.js'
import { beijingDigits } from '../../beijing-time.js'
import { type SampleSource, sampleOf } from '../../domain/sample.js'
import type { V2Fields } from './sign.js'
import type { XmlNode, XmlRecord } from './xml.js'

/** The fields that only a failure has, or that every response gets anew. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'err_code',
  'err_code_des',
  'error_code',
  'error_code_des',
  'return_msg',
  'sign',
  'nonce_str',
])

/** A response with every field of its shape, repeated from the request or made up. All values are text. */
export function v2SampleOf(shape: Shape, given: V2Fields, source: Omit<SampleSource, 'given'>): XmlRecord {
  if (!isFields(shape)) return {}
  const entries = fieldsOf(shape as Fields)
    .filter(({ name }) => !LEFT_OUT.has(name))
    .map(({ name, shape: field }) => {
      const made = value(field, name.replace(/\$[nm]/g, '0'), { ...source, given: {} })
      return [name.replace(/\$[nm]/g, '0'), given[name] ?? made] as const
    })
  return Object.fromEntries(entries)
}

function value(shape: Shape, name: string, source: SampleSource): XmlNode {
  // The documentation does not always list its values.
  if (name === 'return_code' || name === 'result_code') return 'SUCCESS'
  if (isLeaf(shape) && leafOf(shape).type === 'string' && /(time|time_end|date)$/.test(name))
    return beijingDigits(source.now)
  if (isList(shape)) return [value(shape[0], name, source)]
  if (isFields(shape)) return v2SampleOf(shape, {}, source)
  return String(sampleOf(shape, name, source))
}
