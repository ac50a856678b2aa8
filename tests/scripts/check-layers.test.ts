import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { findProblems } from '../../scripts/check-layers.js'

let root = ''
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** The problems of a repository that consists of these files; those that nothing is said about are empty. */
function problemsOf(files: Readonly<Record<string, string>>): string[] {
  root = mkdtempSync(join(tmpdir(), 'layers-'))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return findProblems(root)
}

describe('layers', () => {
  it('may import what is below, and their own files', () => {
    const files = {
      'lib/index.ts': `export { Wechatpay } from './wechatpay.js'`,
      'lib/wechatpay.ts': `import { send } from './pipeline/send.js'\nimport type { Routes } from '../types/routes.js'`,
      'lib/pipeline/send.ts': `import { build } from './build.js'\nimport axios from 'axios'`,
      'lib/pipeline/build.ts': `const { sign } = await import('../protocols/v3/sign.js')`,
      'lib/protocols/v3/sign.ts': `import { ApiError } from '../../errors.js'`,
      'lib/errors.ts': `export { VERSION } from './version.js'`,
      'lib/version.ts': '',
      'types/routes.ts': '',
    }
    expect(problemsOf(files)).toEqual([])
  })

  it.each([
    `import { send } from '../../pipeline/send.js'`,
    `import type { Send } from '../../pipeline/send.js'`,
    `export * from '../../pipeline/send.js'`,
    `export { send } from '../../pipeline/send.js'`,
    `const later = () => import('../../pipeline/send.js')`,
    `type Send = typeof import('../../pipeline/send.js')`,
  ])('do not import what is above: %s', (text) => {
    expect(problemsOf({ 'lib/protocols/v2/sign.ts': `\n${text}`, 'lib/pipeline/send.ts': '' })).toEqual([
      'lib/protocols/v2/sign.ts:2 imports lib/pipeline/send.ts: pipeline/ is a layer above protocols/',
    ])
  })

  it('are not misled by comments and texts', () => {
    const text = `// import '../pipeline/send.js'\nconst text = "import '../pipeline/send.js'"`
    expect(problemsOf({ 'lib/transport/send.ts': text, 'lib/pipeline/send.ts': '' })).toEqual([])
  })

  it('stay apart where they share a row', () => {
    expect(
      problemsOf({ 'lib/bills/api.ts': `import '../pay-sign/api.js'`, 'lib/pay-sign/api.ts': '' }),
    ).toEqual([
      'lib/bills/api.ts:1 imports lib/pay-sign/api.ts: bills/ and pay-sign/ are in one row and stay apart',
    ])
  })

  it('do not import the parts beside them', () => {
    expect(problemsOf({ 'lib/options.ts': `import './cli/config.js'`, 'lib/cli/config.ts': '' })).toEqual([
      'lib/options.ts:1 imports lib/cli/config.ts: cli/ stands beside the layers',
    ])
  })

  it('hold every file', () => {
    expect(problemsOf({ 'lib/novelty.ts': '' })).toEqual(['lib/novelty.ts is in no layer'])
  })
})

describe('circles', () => {
  it('are told once, with the steps that are types alone or come later', () => {
    const files = {
      'lib/bills/a.ts': `import { b } from './b.js'`,
      'lib/bills/b.ts': `const { c } = await import('./c.js')`,
      'lib/bills/c.ts': `import type { A } from './a.js'`,
      'lib/bills/d.ts': `import { a } from './a.js'`,
    }
    expect(problemsOf(files)).toEqual([
      'circle: lib/bills/a.ts → lib/bills/b.ts → lib/bills/c.ts (later) → lib/bills/a.ts (types)',
    ])
  })

  it('are all named, the shortest first', () => {
    const files = {
      'lib/bills/a.ts': `import './b.js'\nimport './c.js'`,
      'lib/bills/b.ts': `import './d.js'`,
      'lib/bills/c.ts': `import './a.js'`,
      'lib/bills/d.ts': `import './a.js'`,
    }
    expect(problemsOf(files)).toEqual([
      'circle: lib/bills/a.ts → lib/bills/c.ts → lib/bills/a.ts',
      'circle: lib/bills/b.ts → lib/bills/d.ts → lib/bills/a.ts → lib/bills/b.ts',
    ])
  })
})

describe('chain/ and crypto/', () => {
  it('know nothing of HTTP', () => {
    const files = {
      'lib/chain/chain.ts': `import { inspect } from 'node:util'\nimport { request } from 'node:http'\nimport '../errors.js'`,
      'lib/errors.ts': '',
      'lib/crypto/rsa.ts': `import { sign } from 'node:crypto'\nimport axios from 'axios'`,
    }
    expect(problemsOf(files)).toEqual([
      'lib/chain/chain.ts:2 imports node:http: chain/ may import only node:util of packages',
      'lib/crypto/rsa.ts:2 imports axios: crypto/ may import only node:, saxes of packages',
    ])
  })

  it('know no other layers, be they below', () => {
    const files = {
      'lib/chain/chain.ts': `import '../crypto/rsa.js'\nimport '../errors.js'`,
      'lib/crypto/rsa.ts': `import '../errors.js'`,
      'lib/errors.ts': '',
    }
    expect(problemsOf(files)).toEqual([
      'lib/chain/chain.ts:1 imports lib/crypto/rsa.ts: chain/ may import only errors.ts',
    ])
  })
})

describe('the emulator', () => {
  it('shares no flags with the client, directly or by way of another file', () => {
    const files = {
      'lib/emulator/server.ts': `import '../catalog/traits.js'\nimport '../catalog/schema.js'\nimport type { Verb } from '../catalog/lookup.js'`,
      'lib/catalog/schema.ts': `import './lookup.js'`,
      'lib/catalog/lookup.ts': '',
      'lib/catalog/traits.ts': '',
    }
    const why = 'the emulator shares no protocol code or flags with the client'
    expect(problemsOf(files)).toEqual([
      `lib/emulator/server.ts:1 imports lib/catalog/traits.ts: ${why}`,
      `lib/emulator/server.ts:2 imports lib/catalog/schema.ts, which leads to lib/catalog/lookup.ts: ${why}`,
    ])
  })

  it('shares no protocol code with the client', () => {
    const [problem] = problemsOf({
      'lib/emulator/sign.ts': `import { sign } from '../protocols/v3/sign.js'`,
      'lib/protocols/v3/sign.ts': '',
    })
    expect(problem).toMatch(/^lib\/emulator\/sign\.ts:1 imports lib\/protocols\/v3\/sign\.ts: emulator\/ may/)
  })
})

describe('bulk/ and cli/', () => {
  it('take from the public entry what it exports, also by way of another file', () => {
    const files = {
      'lib/index.ts': `export * from './errors.js'\nexport type { Verb } from './catalog/traits.js'`,
      'lib/errors.ts': 'export class ApiError {}',
      'lib/catalog/traits.ts': `export type Verb = 'get'\nexport interface Traits {}`,
      'lib/bulk/run.ts': `import { ApiError } from '../errors.js'\nimport { ApiError } from '../index.js'`,
      'lib/cli/call.ts': `import type { Traits, Verb } from '../catalog/traits.js'`,
    }
    expect(problemsOf(files)).toEqual([
      'lib/bulk/run.ts:1 imports ApiError from lib/errors.ts: lib/index.ts exports it',
      'lib/cli/call.ts:1 imports Verb from lib/catalog/traits.ts: lib/index.ts exports it',
    ])
  })

  it('reach no further into the client than the facts of endpoints', () => {
    const [problem] = problemsOf({
      'lib/bulk/run.ts': `import { send } from '../transport/send.js'`,
      'lib/transport/send.ts': 'export const send = 1',
    })
    expect(problem).toMatch(/^lib\/bulk\/run\.ts:1 imports lib\/transport\/send\.ts: bulk\/ may import only/)
  })
})

describe(`import 'wechatpay-fluent'`, () => {
  it('does not load at once what few need', () => {
    const files = {
      'lib/index.ts': `export { readBill } from './bills/read.js'`,
      'lib/bills/read.ts': `import { parse } from 'csv-parse/sync'\nimport { type Ajv } from 'ajv'`,
    }
    const way = 'lib/index.ts → lib/bills/read.ts'
    expect(problemsOf(files)).toEqual([
      `lib/bills/read.ts:1 imports csv-parse/sync, so that lib/index.ts loads it at once: ${way}`,
      `lib/bills/read.ts:2 imports ajv, so that lib/index.ts loads it at once: ${way}`,
    ])
  })

  it('may load it later, or know its types', () => {
    const files = {
      'lib/index.ts': `export { readBill } from './bills/read.js'`,
      'lib/bills/read.ts': `import type { Parser } from 'csv-parse'\nconst parse = () => import('csv-parse/sync')`,
    }
    expect(problemsOf(files)).toEqual([])
  })
})
