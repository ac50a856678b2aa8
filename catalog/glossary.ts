import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Glossary } from '../lib/catalog/glossary.js'
import { quote } from './print.js'
import { type Files, HEADER } from './write.js'

/** Reads `glossary.yaml`: the English name of every Chinese one. */
export function readGlossary(root: string): Glossary {
  return parse(readFileSync(join(root, 'catalog', 'glossary.yaml'), 'utf8')) as Glossary
}

/** `lib/catalog/generated/documents/glossary.ts`, for messages and the command line. */
export function glossaryFiles(glossary: Glossary): Files {
  const lines = [
    HEADER,
    '',
    '/** The English names of fields by their Chinese ones, as JSON. */',
    `export const glossary: string = ${quote(JSON.stringify(glossary))}`,
    '',
  ]
  return new Map([['lib/catalog/generated/documents/glossary.ts', lines.join('\n')]])
}
