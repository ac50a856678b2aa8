import { isCollection, isNode, isPair, isScalar, LineCounter, type ParsedNode, parseDocument } from 'yaml'

/** The line of a YAML text that holds the entry at a path, or the nearest one above it that there is. */
export function lineAt(text: string, path: readonly (string | number)[]): number {
  const lines = new LineCounter()
  let node: unknown = parseDocument(text, { lineCounter: lines }).contents
  let offset = 0
  for (const step of path) {
    if (!isCollection(node)) break
    const item = node.items.find((one, index) => {
      return isPair(one) ? isScalar(one.key) && one.key.value === step : index === Number(step)
    })
    if (item === undefined) break
    const key = isPair(item) ? item.key : item
    if (isNode(key)) offset = (key as ParsedNode).range[0]
    node = isPair(item) ? item.value : item
  }
  return lines.linePos(offset).line
}
