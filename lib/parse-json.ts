/** The value of a JSON text; `undefined` for any other text, because no JSON stands for that. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Says which line of a text is no JSON. Node's own error quotes the text, which may hold a key. */
export function describeJsonProblem(text: string, source: string): string {
  try {
    JSON.parse(text)
  } catch (error) {
    const at = /at position (\d+)/.exec((error as Error).message)?.[1]
    if (at !== undefined) return `${source} is no JSON (line ${text.slice(0, Number(at)).split('\n').length})`
  }
  return `${source} is no JSON`
}
