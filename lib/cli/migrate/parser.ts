import type { ParserOptions } from '@babel/parser'
import type { File } from '@babel/types'
import { UsageError } from '../input.js'
import { words } from '../language.js'

/** Parses the text of a file; its name tells the language. */
export type Parse = (text: string, name: string) => File

/** What the names of the files end with that can be migrated. */
export const SOURCE_FILE: RegExp = /\.[cm]?[jt]sx?$/

/**
 * The parser, which is an optional package: nothing else needs it.
 *
 * @throws {UsageError} when the package is not there.
 */
export async function loadParser(): Promise<Parse> {
  const { parse } = await import('@babel/parser').catch(() => {
    throw new UsageError(
      words(
        'migrate reads programs with the package @babel/parser: npm install --save-dev @babel/parser',
        'migrate 需要用 @babel/parser 来读取程序：npm install --save-dev @babel/parser',
      ),
    )
  })
  return (text, name) => parse(text, optionsFor(name))
}

function optionsFor(name: string): ParserOptions {
  const isTypeScript = /\.[cm]?tsx?$/.test(name)
  const hasJsx = /(?:\.tsx|\.[cm]?jsx?)$/.test(name)
  return {
    sourceType: 'unambiguous',
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowUndeclaredExports: true,
    plugins: [
      'decorators-legacy',
      ...(isTypeScript ? (['typescript'] as const) : []),
      ...(hasJsx ? (['jsx'] as const) : []),
    ],
  }
}
