import { Command } from 'commander'

interface Listed {
  readonly summary: string
  readonly load: () => Promise<Command>
}

/** Each command is a file of its own, read when it is used: listing them takes none of them. */
const COMMANDS = {
  call: {
    summary: 'call an endpoint and print its answer',
    load: async () => (await import('./call.js')).callCommand(),
  },
  routes: {
    summary: 'search the documented endpoints, offline',
    load: async () => (await import('./routes.js')).routesCommand(),
  },
  bulk: {
    summary: 'one call for each row of a table',
    load: async () => (await import('./bulk.js')).bulkCommand(),
  },
  bill: {
    summary: 'download a bill, checked against its digest',
    load: async () => (await import('./bill.js')).billCommand(),
  },
  certs: {
    summary: 'list and save the platform keys',
    load: async () => (await import('./certs.js')).certsCommand(),
  },
  notify: {
    summary: 'verify a notification, or send one to a receiver',
    load: async () => (await import('./notify.js')).notifyCommand(),
  },
  doctor: {
    summary: 'find what is wrong with keys, clock and network',
    load: async () => (await import('./doctor.js')).doctorCommand(),
  },
  emulator: {
    summary: 'run a local WeChat Pay',
    load: async () => (await import('./emulator.js')).emulatorCommand(),
  },
  completion: {
    summary: 'print a completion script for a shell',
    load: async () => (await import('./completion.js')).completionCommand(),
  },
} as const satisfies Readonly<Record<string, Listed>>

/** What the program is made of: the commands that the line names, and the mere names of the others. */
export async function addCommands(program: Command, words: readonly string[]): Promise<void> {
  for (const [name, { summary, load }] of Object.entries<Listed>(COMMANDS)) {
    const command = words.includes(name) ? await load() : new Command(name)
    program.addCommand(inherit(command.summary(summary), program))
  }
}

/** Commander hands its settings down only to commands that it makes itself. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent)
  for (const child of command.commands) inherit(child, command)
  return command
}
