import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../catalog/load.js'
import type { Endpoint } from '../../catalog/model.js'
import { routeDocuments } from '../../lib/catalog/generated/documents/index.js'
import { lookup } from '../../lib/catalog/lookup.js'
import type { Verb } from '../../lib/catalog/traits.js'
import { findDocumentedRoute } from '../../lib/emulator/routing/documented-routes.js'
import { endpointFacts } from '../../lib/emulator/routing/endpoint-facts.js'
import { ApiError, sensitive } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'
import { requestOf, Source } from '../types/catalogue/requests.js'

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

describe('a successful response of APIv3', () => {
  const rig = startRig()
  const { endpoints } = loadCatalogue(resolve(import.meta.dirname, '../..'))

  /** The documented request with files, and texts to encrypt, in their places. */
  function materialize(value: unknown): unknown {
    if (value instanceof Source) return value.text === 'file' ? Buffer.from('%PDF-1.4') : sensitive('张三')
    if (Array.isArray(value)) return value.map(materialize)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, materialize(item)]))
  }
  async function isSigned({ template, verb, ...endpoint }: Endpoint): Promise<boolean | undefined> {
    const request = materialize(requestOf({ template, verb, ...endpoint })) as object
    rig.emulator.requests.length = 0
    await rig
      .clientFor(template)
      .chain(template)
      [verb]({ ...request, retry: false })
      .catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error
      })
    const { answer } = rig.emulator.requests[0] ?? {}
    return answer && answer.status < 300 ? 'Wechatpay-Signature' in answer.headers : undefined
  }

  it('is signed exactly where the client expects a signature', async () => {
    const unexpected: string[] = []
    let successes = 0
    for (const endpoint of endpoints.filter(({ api }) => api === 'v3')) {
      const signed = await isSigned(endpoint).catch((error: Error) => error.message)
      if (signed === undefined) continue
      successes += 1
      const { verb, template } = endpoint
      if (signed !== !lookup(template, verb)?.unsigned) unexpected.push(`${verb} ${template}: ${signed}`)
    }
    console.info(`${successes} endpoints of APIv3 respond with success`)
    expect(unexpected).toEqual([])
    expect(successes).toBeGreaterThan(0)
  }, 60_000)
})

describe('the emulator’s source', () => {
  /** The catalogue's data and schemas. All else of the client is what the emulator is to check. */
  const SHARED = /^(catalog\/(document|schema|schema-problem|generated\/documents\/\w+)|version)\.js$/

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
