import { resolve } from 'node:path'
import { endpointsWithoutBody } from '../../../lib/catalog/document.js'
import type { SourceFile } from '../../../lib/cli/migrate/modules.js'
import { loadParser } from '../../../lib/cli/migrate/parser.js'
import { Resolver } from '../../../lib/cli/migrate/resolver.js'
import { type Rewritten, rewriteFile } from '../../../lib/cli/migrate/rewrite.js'
import { analyze } from '../../../lib/cli/migrate/scopes.js'

const parse = await loadParser()
const withoutBody = await endpointsWithoutBody()

/** Files by name, as they are after their migration. */
export function migrate(sources: Readonly<Record<string, string>>): Record<string, Rewritten> {
  const files = new Map<string, SourceFile>()
  for (const [name, text] of Object.entries(sources)) {
    const path = resolve('/', name)
    files.set(path, { path, text, syntax: analyze(parse(text, name)) })
  }
  const resolver = new Resolver(files)
  return Object.fromEntries(
    Object.keys(sources).map((name) => [
      name,
      rewriteFile(files.get(resolve('/', name)) as SourceFile, resolver, withoutBody),
    ]),
  )
}

/** One file alone. */
export function migrateText(text: string, name = 'program.ts'): string {
  return migrate({ [name]: text })[name]?.text ?? ''
}
