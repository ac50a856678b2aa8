/** TypeScript 5.9's language service over one file, as an editor drives it. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

interface Service {
  getCompletionsAtPosition(
    file: string,
    offset: number,
    preferences: { includeCompletionsWithInsertText: boolean },
  ): { readonly entries: readonly { readonly name: string }[] } | undefined
  dispose(): void
}

/** As much of the compiler's interface as is used here. */
interface TypeScript {
  readonly sys: Readonly<Record<'fileExists' | 'readFile' | 'readDirectory' | 'directoryExists', unknown>>
  readonly ScriptSnapshot: { fromString(text: string): unknown }
  readonly ModuleKind: { readonly NodeNext: number }
  readonly ScriptTarget: { readonly ES2022: number }
  getDefaultLibFilePath(options: object): string
  createLanguageService(host: object): Service
}

export interface Editor {
  edit(text: string): void
  completions(offset: number): Promise<readonly string[]>
  close(): void
}

export function openEditor(typescripts: string, folder: string): Editor {
  const ts: TypeScript = createRequire(join(typescripts, 'package.json'))('ts59')
  const file = join(folder, 'open-in-the-editor.ts')
  const options = {
    strict: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: ['node'],
  }
  const snapshots = new Map<string, unknown>()
  let text = ''
  let version = 0
  // Editors keep what does not change in memory, so reading files is no part of a completion.
  const snapshotOf = (name: string): unknown => {
    if (name === file) return ts.ScriptSnapshot.fromString(text)
    if (!snapshots.has(name) && existsSync(name)) {
      snapshots.set(name, ts.ScriptSnapshot.fromString(readFileSync(name, 'utf8')))
    }
    return snapshots.get(name)
  }
  const service = ts.createLanguageService({
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getScriptFileNames: () => [file],
    getScriptVersion: (name: string) => (name === file ? String(version) : '1'),
    getScriptSnapshot: snapshotOf,
    getCurrentDirectory: () => folder,
    getCompilationSettings: () => options,
    getDefaultLibFileName: (settings: object) => ts.getDefaultLibFilePath(settings),
  })
  return {
    edit(next) {
      text = next
      version++
    },
    async completions(offset) {
      const preferences = { includeCompletionsWithInsertText: true }
      const found = service.getCompletionsAtPosition(file, offset, preferences)
      return found?.entries.map(({ name }) => name) ?? []
    },
    close: () => service.dispose(),
  }
}
