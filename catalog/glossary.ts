import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Glossary } from '../lib/catalog/glossary.js'
import { type Files, textModule } from './write.js'

/** Reads `glossary.yaml`: the English name of every Chinese one. */
export function readGlossary(root: string): Glossary {
  return parse(readFileSync(join(root, 'catalog', 'glossary.yaml'), 'utf8')) as Glossary
}

/** The English names of fields by their Chinese ones, as JSON: for messages and the command line. */
export const glossaryFiles = (glossary: Glossary): Files =>
  new Map([['lib/data/glossary.js', textModule('glossary', JSON.stringify(glossary))]])
