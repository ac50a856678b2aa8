/** A valid request of every endpoint of v2: the documentation's example, or what its schema asks for. */

import type { Endpoint } from '../../../catalog/model.js'
import { filledFields } from '../../../catalog/operations.js'
import { requestOf } from '../../../catalog/requests.js'
import { lookup } from '../../../lib/catalog/lookup.js'
import type { Traits } from '../../../lib/catalog/traits.js'
import { repositoryCatalogue } from '../../catalog/loaded.js'

type Fields = Record<string, string>

export interface V2Case {
  readonly name: string
  readonly endpoint: Endpoint
  readonly traits: Traits
  /** The request object, without what the client fills in. */
  readonly request: { xml?: Fields; query?: Fields; multipart?: Record<string, unknown> }
  readonly isExample: boolean
}

/** Values that the catalogue's types leave open, but the emulator's stateful endpoints do not. */
const VALUES: Readonly<Record<string, string>> = {
  out_trade_no: '1217752501201407033233368018',
  out_refund_no: '1217752501201407033233368018',
  total_fee: '100',
  refund_fee: '100',
  auth_code: '120061098828009406',
  trade_type: 'NATIVE',
  bill_date: '20240101',
}

export function v2Cases(): V2Case[] {
  const { endpoints } = repositoryCatalogue
  return endpoints.filter(({ api }) => api === 'v2').map(toCase)
}

function toCase(endpoint: Endpoint): V2Case {
  const { template, verb } = endpoint
  const traits = lookup(template, verb) ?? {}
  const { xml, query, multipart } = requestOf(endpoint)
  const isExample = endpoint.example !== undefined
  const fields = (given: unknown): Fields => {
    const filled = filledFields(endpoint)
    const entries = Object.entries((given ?? {}) as object)
      .filter(([name]) => !filled.has(name))
      .map(([name, value]) => [name, isExample ? String(value) : (VALUES[name] ?? String(value))] as const)
    return Object.fromEntries(entries)
  }
  return {
    name: `${verb.toUpperCase()} ${template}`,
    endpoint,
    traits,
    request: {
      ...(xml !== undefined && { xml: fields(xml) }),
      ...(query !== undefined && { query: fields(query) }),
      ...(multipart !== undefined && { multipart: { media: Buffer.from('an image') } }),
    },
    isExample,
  }
}
