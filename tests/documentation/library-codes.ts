import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** The codes that the library itself gives: in the union of its errors, where one is made, and for messages without a code. */
export function codesOfTheLibrary(): string[] {
  // The sources of what a user calls: not the emulator, which plays the API, nor what is generated.
  const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/^(emulator|data)\/|\/generated\//.test(name))
    .map((name) => read(join('lib', name)))
  const unions = read('lib/errors.ts').match(/(?<=^ {2}\| ')[A-Z_]+(?='$)/gm) ?? []
  const made = sources.flatMap((text) => text.match(/(?<=\bcode(?:: | = )')[A-Z][A-Z_]+(?=')/g) ?? [])
  const outcome = read('lib/protocols/v2/outcome.ts')
  const given = outcome.match(/(?<=^ {2}\[\/.*, ')[A-Z_]+(?='\],$)|(?<=\?\? ')[A-Z]+(?=')/gm) ?? []
  return [...new Set([...unions, ...made, ...given])].sort()
}
