import type { Function as FunctionNode } from '@babel/types'
import { fieldsAround } from './fields.js'
import { exportedValue, importOf, resolveFile, type SourceFile } from './modules.js'
import { asFunction, isIdentifier, memberName, type Node, objectOf } from './syntax.js'

type Files = ReadonlyMap<string, SourceFile>

/** A function, and the file that it is in. */
export interface Made {
  readonly node: FunctionNode
  readonly file: SourceFile
}

/** The function that a call calls. */
export function functionOf(files: Files, callee: Node, file: SourceFile): Made | undefined {
  const own = ownFunction(callee, file)
  if (own) return { node: own, file }
  const method = memberName(callee)
  if (method !== undefined && objectOf(callee)?.type === 'ThisExpression') {
    const fields = fieldsAround(callee, file.syntax)
    const found = asFunction(fields?.methods.get(method) ?? fields?.values.get(method)?.[0])
    if (found) return { node: found, file }
  }
  const [specifier, name] = importOf(callee, file) ?? []
  const home = specifier === undefined ? undefined : resolveFile(specifier, file.path, files)
  const value = home && name !== undefined ? exportedValue(home, name) : undefined
  const found = home && value && (asFunction(value) ?? ownFunction(value, home))
  return found && { node: found, file: home }
}

/** The function of this file that an expression names. */
function ownFunction(callee: Node, file: SourceFile): FunctionNode | undefined {
  if (!isIdentifier(callee)) return undefined
  const binding = file.syntax.bindings.get(callee)
  return asFunction(binding?.declaration) ?? asFunction(binding?.sources[0]?.value)
}
