import { execFile, spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { Wechatpay } from '../../lib/index.js'
import { createMerchant, type Merchant } from './merchant.js'
import { PROGRAM, wxpay } from './run.js'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let merchant: Merchant
beforeAll(async () => {
  merchant = await createMerchant()
})

const quoted = PROGRAM.map((word) => `'${word}'`).join(' ')
const hasBash = existsSync('/bin/bash')

describe('completion', () => {
  const following = async (...words: string[]): Promise<string[]> =>
    (await wxpay(['__complete', ...words])).stdout.split('\n').filter(Boolean)

  it('knows commands, their options, and the values that an option takes', async () => {
    expect(await following()).toEqual(expect.arrayContaining(['call', 'doctor', 'bulk']))
    expect(await following('notify')).toEqual(expect.arrayContaining(['verify', 'send']))
    expect(await following('bill')).toEqual(expect.arrayContaining(['trade', 'v2.fundflow', '--date']))
    expect(await following('emulator', '--print')).toEqual(['env', 'dotenv', 'json', 'ts'])
    expect(await following('notify', 'send')).toContain('TRANSACTION.SUCCESS')
    expect(await following('completion')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']))
  })

  it('knows the paths of all endpoints where one is due, and leaves files to the shell', async () => {
    expect((await following('call')).length).toBeGreaterThan(900)
    expect(await following('bulk', 'POST')).toContain('v3/transfer/batches')
    expect(await following('call', 'v3/certificates')).not.toContain('v3/certificates')
    expect(await following('call', 'v3/certificates', '--config')).toEqual([])
  })

  it('knows a path with and without the slash that the documentation ends it with', async () => {
    const paths = ['v3/applyment4sub/applyment', 'v3/applyment4sub/applyment/']
    for (const words of [['call'], ['routes', 'show'], ['bulk', 'POST']]) {
      expect(await following(...words)).toEqual(expect.arrayContaining(paths))
    }
  })

  it.skipIf(!hasBash).each(['wechatpay-fluent', 'wxpay'])('completes %s in bash', async (name) => {
    const script = `
      ${name}() { ${quoted} "$@"; }
      source <(${name} completion bash)
      complete -p ${name} > /dev/null
      COMP_WORDS=(${name} call v3/marketing/membercard-open/cards/{card_id}/users/im) COMP_CWORD=2
      _wxpay
      printf '%s\\n' "\${COMPREPLY[@]}"
      COMP_WORDS=(${name} doc) COMP_CWORD=1
      _wxpay
      printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await promisify(execFile)('/bin/bash', ['-ec', script])
    expect(stdout.split('\n')).toEqual([
      'v3/marketing/membercard-open/cards/{card_id}/users/import',
      'doctor',
      '',
    ])
  })
})

describe('wxpay in a pipe', () => {
  it.skipIf(!hasBash)('ends without a word when its reader has had enough', async () => {
    const script = `set -o pipefail; ${quoted} routes --json | head -c 10 >/dev/null`
    const { stderr } = await promisify(execFile)('/bin/bash', ['-c', script])
    expect(stderr).not.toMatch(/EPIPE|Error/)
  })

  it.skipIf(!existsSync('/dev/full'))('does not end well when what it has to say is lost', async () => {
    const script = `${quoted} routes --json > /dev/full`
    const { code, stderr } = (await promisify(execFile)('/bin/sh', ['-c', script]).catch(
      (error) => error,
    )) as {
      code: number
      stderr: string
    }
    expect(code).toBe(1)
    expect(stderr).toContain('the output cannot be written')
  })

  it('never prints what may be a key', async () => {
    const { privateKey } = merchant.emulator.merchant
    const body = privateKey.replace(/-----[^-]+-----|\s/g, '')
    for (const text of [privateKey.replace('BEGIN', 'BEGUN'), body.slice(2), `\n${body.slice(1)}`]) {
      const { code, stdout, stderr } = await merchant.run(['certs'], { env: { WXPAY_PRIVATE_KEY: text } })
      expect(code).toBe(2)
      expect(stdout + stderr).not.toContain(body.slice(100, 140))
    }
  })

  it('takes a key as build servers keep it', async () => {
    const { privateKey } = merchant.emulator.merchant
    for (const text of [`\n${privateKey}\n`, Buffer.from(privateKey).toString('base64')]) {
      expect(await merchant.run(['certs'], { env: { WXPAY_PRIVATE_KEY: text } })).toMatchObject({ code: 0 })
    }
  })

  it('uses no colours', async () => {
    const { stdout, stderr } = await merchant.run(['doctor', '--offline'])
    expect(stdout + stderr).not.toContain('\x1b')
  })
})

describe('wxpay emulator', () => {
  const start = async (...more: string[]): Promise<{ text: string; end: () => Promise<unknown> }> => {
    const [node = '', ...args] = PROGRAM
    const child = spawn(node, [...args, 'emulator', '--port', '0', ...more])
    const ended = new Promise((resolve) => child.once('exit', resolve))
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    await expect.poll(() => text.endsWith('\n'), { timeout: 30_000 }).toBe(true)
    const end = (): Promise<unknown> => {
      child.kill('SIGINT')
      return ended
    }
    return { text, end }
  }

  it('says which port is taken, and what to do', async () => {
    const { port } = new URL(merchant.emulator.url)
    const { code, stdout, stderr } = await wxpay([
      ...['emulator', '--port', port, '--dir', join(merchant.folder, 'second')],
    ])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^error: port ${port} of 127.0.0.1 is taken, .*--port 0 .*\n$`))
  })

  it.skipIf(!hasBash)('prints exports that a shell takes as they are', async () => {
    const dir = join(merchant.folder, "it's kept")
    const { text, end } = await start('--dir', dir)
    try {
      const script = `${text}\n${quoted} call v3/capital/capitallhh/areas/provinces`
      const { stdout } = await promisify(execFile)('/bin/bash', ['-c', script])
      expect(JSON.parse(stdout)).toHaveProperty('total_count')
      expect(statSync(join(dir, 'apiclient_key.pem')).mode & 0o777).toBe(0o600)
    } finally {
      expect(await end()).toBe(0)
    }
  })

  it.skipIf(!hasBash)('ends when the npx that runs it is ended, which hands no signal on', async () => {
    const command = `${quoted} emulator --port 0 --no-keep --json --dir '${join(merchant.folder, 'npx')}'; true`
    const env = { ...process.env, npm_command: 'exec' }
    const shell = spawn('/bin/bash', ['-c', command], { env })
    let text = ''
    shell.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    // The emulator holds the pipe open for as long as it runs.
    const ended = new Promise((resolve) => shell.stdout.once('close', resolve))
    await expect.poll(() => text.trimEnd().endsWith('}'), { timeout: 30_000 }).toBe(true)
    const { baseURL } = JSON.parse(text) as { baseURL: string }
    expect((await fetch(`${baseURL}/v3/none`)).status).toBe(401)
    shell.kill('SIGTERM')
    await ended
    await expect(fetch(`${baseURL}/v3/none`)).rejects.toThrow()
  })

  it('prints code that runs, and HTTPS with an authority to trust', async () => {
    const { text, end } = await start('--https', '--dir', join(merchant.folder, 'https'), '--print', 'ts')
    try {
      expect(text).toMatch(/^import .*\nimport { Wechatpay } from 'wechatpay-fluent'\n/)
      const code = text.replace(/^import .*\n/gm, '').replace('const wxpay =', 'return')
      const { readFileSync } = await import('node:fs')
      const make = new Function('Wechatpay', 'readFileSync', code)
      const client = make(Wechatpay, readFileSync) as Wechatpay
      const { data } = await client.v3.capital.capitallhh.areas.provinces.get()
      expect(data).toHaveProperty('total_count')
      client.close()
    } finally {
      await end()
    }
  })
})

describe('wxpay notify send', () => {
  it('signs with kept keys where no emulator runs, and says what the receiver needs', async () => {
    const dir = join(merchant.folder, 'sender')
    const received: string[] = []
    let receive: ReturnType<Wechatpay['notifications']['node']> | undefined
    const server = createServer((request, response) => {
      if (receive) void receive(request, response)
      else response.writeHead(204).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const send = ['notify', 'send', 'TRANSACTION.SUCCESS', '--url', url, '--dir', dir]
    try {
      const first = await wxpay(send)
      expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('export WXPAY_MCHID=') })
      const value = (name: string): string =>
        new RegExp(`export ${name}='(.*)'`).exec(first.stderr)?.[1] ?? ''
      const [id = '', file] = value('WXPAY_CERTS').split('=')
      const client = new Wechatpay({
        ...{ mchid: value('WXPAY_MCHID'), serial: value('WXPAY_SERIAL') },
        privateKey: `file://${value('WXPAY_PRIVATE_KEY')}`,
        certs: { [id]: `file://${file}` },
        apiv3Key: value('WXPAY_APIV3_KEY'),
      })
      receive = client.notifications.node({
        'TRANSACTION.SUCCESS': ({ resource }) => {
          received.push(String(resource.out_trade_no))
        },
      })
      const second = await wxpay([...send, '--resource', '{"out_trade_no":"CLI-010"}'])
      expect(second.code).toBe(0)
      expect(received).toEqual(['CLI-010'])
      client.close()
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  it('refuses a misspelt event type, with the one that was meant, unless it is told to send it', async () => {
    const received: unknown[] = []
    const server = createServer((request, response) => {
      received.push(request.method)
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const send = (event: string, ...more: string[]) =>
      merchant.run(['notify', 'send', event, '--url', url, ...more])
    try {
      for (const typo of ['TRANSACTION.SUCCES', 'transaction.success']) {
        expect(await send(typo)).toMatchObject({
          code: 2,
          stderr: expect.stringContaining("did you mean 'TRANSACTION.SUCCESS'?"),
        })
      }
      expect(await send('TRANSACTION.SUCCESS', '--resource', '[1]')).toMatchObject({ code: 2 })
      expect(received).toEqual([])
      expect(await send('BRAND_NEW.EVENT', '--undocumented')).toMatchObject({ code: 0 })
      expect(received).toEqual(['POST'])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  it('does not take a host for an emulator that is none', async () => {
    const server = createServer((_, response) => response.end('{}'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const args = ['notify', 'send', 'TRANSACTION.SUCCESS', '--url', url, '--emulator', url]
    expect(await wxpay(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('is no emulator') })
    server.closeAllConnections()
    server.close()
  })
})

describe('wxpay bill and routes', () => {
  it('downloads a bill of APIv2', async () => {
    const args = ['bill', 'v2.trade', '--date', '2024-01-01', '--appid', 'wxd678efh567hg6787', '--json']
    const { stdout } = await merchant.run(args)
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toHaveProperty('out_trade_no')
  })

  it('refuses what a kind of bill does not take, and a kind that is none', async () => {
    const stray = await merchant.run(['bill', 'trade', '--date', '2024-01-01', '--account', 'BASIC'])
    expect(stray).toMatchObject({ code: 2, stderr: expect.stringContaining('takes no --account') })
    const kind = await merchant.run(['bill', 'trades', '--date', '2024-01-01'])
    expect(kind).toMatchObject({ code: 2, stderr: expect.stringContaining('fundflow') })
  })

  it('narrows a search by verb, shows chains and links, and an endpoint as JSON', async () => {
    const { stdout } = await wxpay(['routes', 'refund', '--verb', 'get', '-l'])
    expect(stdout).toContain('  wxpay.v3.refund.domestic.refunds._out_refund_no_.get({ … })\n  https://')
    expect(stdout).not.toMatch(/^POST/m)
    const shown = await wxpay(['routes', 'show', 'wxpay.v3.refund.domestic.refunds.post', '--json'])
    expect(JSON.parse(shown.stdout)).toMatchObject([{ path: 'v3/refund/domestic/refunds', verb: 'post' }])
    for (const path of ['v3/applyment4sub/applyment', 'v3/applyment4sub/applyment/']) {
      const { stdout: fields } = await wxpay(['routes', 'show', path])
      expect(fields).toMatch(/^POST v3\/applyment4sub\/applyment\n/)
      expect(fields).toContain('wxpay.v3.applyment4sub.applyment.post({ … })')
    }
    const typo = await wxpay(['routes', 'show', 'v3/refund/domestc/refunds'])
    expect(typo).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean 'v3/refund/") })
  })
})
