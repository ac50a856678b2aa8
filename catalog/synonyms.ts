import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import type { Catalogue } from './model.js'

const FILE = 'catalog/synonyms.yaml'

/** `synonyms.yaml`: what people call things, for the search. */
export interface Synonyms {
  /** Words that mean one thing, list by list. */
  readonly words: readonly (readonly string[])[]
  /** By word, others that it finds as well, though they do not find it. */
  readonly also: Readonly<Record<string, readonly string[]>>
  /** Words that say no more than that something is asked for. */
  readonly fillers: readonly string[]
  /** The endpoints of every day (`POST v3/pay/transactions/jsapi`), with what people call them beside their name. */
  readonly everyday: Readonly<Record<string, readonly string[]>>
}

/** Reads `catalog/synonyms.yaml` below `root`, validated against `schema.json`. */
export function loadSynonyms(root: string): Synonyms {
  const schema = JSON.parse(readFileSync(join(root, 'catalog', 'schema.json'), 'utf8'))
  const ajv = new Ajv({ strictTypes: false }).addSchema(schema, 'catalogue')
  const data: unknown = parse(readFileSync(join(root, FILE), 'utf8'))
  if (!ajv.validate('catalogue#/definitions/synonyms', data)) {
    throw new Error(`${FILE}: ${ajv.errorsText(ajv.errors, { dataVar: 'the file' })}`)
  }
  return data as Synonyms
}

/**
 * Checks the synonyms against the catalogue.
 *
 * @throws {Error} when an endpoint of every day is not in it.
 */
export function checkSynonyms({ everyday }: Synonyms, { endpoints }: Catalogue): void {
  const known = new Set(endpoints.map(({ verb, template }) => `${verb.toUpperCase()} ${template}`))
  for (const endpoint of Object.keys(everyday)) {
    if (!known.has(endpoint)) throw new Error(`${FILE}: everyday: ${endpoint} is not in the catalogue`)
  }
}
