/** As much of the Language Server Protocol as it takes to ask TypeScript 7 what an editor would show. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface LanguageServer {
  /** Replaces the text of the one open file. */
  edit(text: string): void
  /** Documentation and type at an offset, as Markdown. */
  hover(offset: number): Promise<string>
  completions(offset: number): Promise<readonly string[]>
  /** Codes of the diagnostics, suggestions such as "is deprecated" (6385) included. */
  diagnostics(): Promise<readonly number[]>
  close(): void
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly items?: readonly unknown[] }
  readonly result?: unknown
}

/** Starts the compiler below `root` as a language server with `file` open, which need not exist. */
export async function startLanguageServer(root: string, file: string): Promise<LanguageServer> {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const server = spawn(process.execPath, [tsc, '--lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const answers = new Map<number, (result: unknown) => void>()
  const uri = pathToFileURL(file).href
  let text = ''
  let version = 1
  let sent = 0

  const send = (message: object): void => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }
  const ask = (method: string, params: object): Promise<unknown> =>
    new Promise((resolve) => {
      sent++
      answers.set(sent, resolve)
      send({ id: sent, method, params })
    })
  const receive = ({ id, method, params, result }: Message): void => {
    if (id === undefined) return
    // A question of the server's own, such as its settings.
    if (method !== undefined) send({ id, result: params?.items?.map(() => ({})) ?? null })
    else answers.get(id)?.(result)
  }
  server.stdout.on('data', createReader(receive))

  const position = (offset: number): object => {
    const lines = text.slice(0, offset).split('\n')
    return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 }
  }
  const at = (offset: number): object => ({ textDocument: { uri }, position: position(offset) })

  const hover = { contentFormat: ['markdown'] }
  await ask('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: { textDocument: { hover } },
  })
  send({ method: 'initialized', params: {} })
  const textDocument = { uri, languageId: 'typescript', version, text }
  send({ method: 'textDocument/didOpen', params: { textDocument } })

  return {
    edit(next) {
      text = next
      version++
      const params = { textDocument: { uri, version }, contentChanges: [{ text }] }
      send({ method: 'textDocument/didChange', params })
    },
    async hover(offset) {
      const result = (await ask('textDocument/hover', at(offset))) as { contents: { value: string } } | null
      return result?.contents.value ?? ''
    },
    async completions(offset) {
      const result = await ask('textDocument/completion', at(offset))
      const { items } = result as { items: readonly { label: string }[] }
      return items.map(({ label }) => label)
    },
    async diagnostics() {
      const result = await ask('textDocument/diagnostic', { textDocument: { uri } })
      const { items } = result as { items: readonly { code: number }[] }
      return items.map(({ code }) => code)
    },
    close: () => server.kill(),
  }
}

/** Cuts a stream into its messages. */
function createReader(receive: (message: Message) => void): (chunk: Buffer) => void {
  let buffer = Buffer.alloc(0)
  return (chunk) => {
    buffer = Buffer.concat([buffer, chunk])
    for (;;) {
      const head = buffer.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.toString('latin1', 0, head))?.[1])
      const end = head + 4 + length
      if (buffer.length < end) return
      const message: unknown = JSON.parse(buffer.toString('utf8', head + 4, end))
      buffer = buffer.subarray(end)
      receive(message as Message)
    }
  }
}
