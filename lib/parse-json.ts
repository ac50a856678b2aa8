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
  const line = lineOfJsonProblem(text)
  return line === undefined ? `${source} is no JSON` : `${source} is no JSON (line ${line})`
}

/** The line at which a text is no JSON; `undefined` where Node does not tell. */
export function lineOfJsonProblem(text: string): number | undefined {
  try {
    JSON.parse(text)
  } catch (error) {
    const at = /at position (\d+)/.exec((error as Error).message)?.[1]
    if (at !== undefined) return text.slice(0, Number(at)).split('\n').length
  }
  return undefined
}
