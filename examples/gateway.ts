/**
 * The gateway of the examples: an emulator in a process of its own. Its parent may ask what arrived
 * (`{ ask: 'requests' }`) and have an answer fail (`{ ask: 'fail', script }`).
 */
import { createEmulator, type FaultScript } from '../lib/emulator/index.js'

/** What the parent sends; each is answered by one message. */
export type Question = { ask: 'requests' } | { ask: 'fail'; script: FaultScript }

const emulator = await createEmulator()

process.on('message', (question: Question) => {
  if (question.ask === 'fail') emulator.fail(question.script)
  process.send?.(question.ask === 'requests' ? emulator.requests.splice(0) : true)
})
process.once('disconnect', () => void emulator.close())
process.send?.(emulator.merchant)
