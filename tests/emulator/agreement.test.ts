import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { routeDocuments } from '../../lib/catalog/document.js'
import { lookup } from '../../lib/catalog/lookup.js'
import type { Verb } from '../../lib/catalog/traits.js'
import { findDocumentedRoute } from '../../lib/emulator/routing/documented-routes.js'
import { endpointFacts } from '../../lib/emulator/routing/endpoint-facts.js'

const LIB = resolve(import.meta.dirname, '../../lib')

describe('the emulator’s own facts about every documented endpoint', () => {
  let all: { verb: Verb; template: string }[]
  beforeAll(async () => {
    all = [...(await routeDocuments()).keys()].map((key) => {
      const [verb, template = ''] = key.split(' ')
      return { verb: verb as Verb, template }
    })
  })

  it('are those that the client goes by', async () => {
    const differences: object[] = []
    for (const { verb, template } of all) {
      const facts = await endpointFacts(verb.toUpperCase(), template)
      const traits = lookup(template, verb)
      const isRedirect = facts?.document.response.redirect === true
      const emulated = {
        unsigned: facts?.isUnsigned,
        signedDigest: facts?.signedDigest,
        idempotent: facts?.idempotent,
        upload: facts?.upload,
        encrypted: facts?.encryptedFields,
        certificate: facts?.needsCertificate,
        nonce: facts?.needsNonce,
        signType: facts?.signType,
        merchant: facts?.merchantField,
      }
      const expected = {
        unsigned: traits?.unsigned === true,
        signedDigest: traits?.signedDigest,
        idempotent: traits?.idempotent,
        upload: traits?.upload,
        encrypted: (traits?.encrypts ?? []).map((place) => place.replace(/^meta\./, 'json.')),
        certificate: traits?.certificate === true,
        nonce: !traits?.nonceless && !isRedirect,
        signType: traits?.signType ?? 'MD5',
        merchant: traits?.merchantId === false ? undefined : (traits?.merchantId ?? 'mch_id'),
      }
      try {
        expect(emulated).toEqual(expected)
      } catch {
        differences.push({ endpoint: `${verb} ${template}`, emulated, expected })
      }
    }
    expect(differences).toEqual([])
  })

  it('lead from the path that the client sends to the same endpoint', async () => {
    const elsewhere: string[] = []
    for (const { verb, template } of all) {
      const sent = lookup(template, verb)?.wire ?? template
      const route = await findDocumentedRoute(verb.toUpperCase(), `/${sent.replace(/\{\w+\}/g, 'x')}`)
      if (route?.target !== template) elsewhere.push(`${verb} ${template}: ${route?.target}`)
    }
    // The documentation names one place twice.
    expect(elsewhere).toEqual([
      'post v3/apply4subject/applyment/{business_code}/cancel: v3/apply4subject/applyment/{applyment_id}/cancel',
    ])
  })
})

describe('the emulator’s source', () => {
  /** The catalogue's data and schemas. All else of the client is what the emulator is to check. */
  const SHARED = /^(catalog\/(document|schema|schema-problem)|data\/\S+|version)\.js$/

  it('imports nothing of the client but the catalogue’s data', () => {
    const foreign = readdirSync(join(LIB, 'emulator'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => importsOf(join(LIB, 'emulator', file)))
      .filter((path) => !path.startsWith('emulator/') && !path.startsWith('..') && !SHARED.test(path))
    expect(foreign).toEqual([])
  })

  /** The modules that a file imports, by their path in `lib/`; types that are gone at run time do not count. */
  function importsOf(file: string): string[] {
    const source = readFileSync(file, 'utf8')
    const found = source.matchAll(
      /^(?:import|export)(?! type )[^'"]*? from '(\.[^']+)'|import\('(\.[^']+)'\)/gms,
    )
    return [...found].map(([, one = '', other = '']) =>
      relative(LIB, resolve(dirname(file), one || other)).replaceAll('\\', '/'),
    )
  }
})
