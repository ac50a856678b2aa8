/** The value of a JSON text; `undefined` for any other text, because no JSON stands for that. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
