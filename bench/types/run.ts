import { describeMachine } from '../machine.js'
import { toTable } from '../report.js'
import { measureTypes } from './measure.js'

const rows = await measureTypes()
console.log(`${describeMachine()}\n\n${toTable(rows)}`)
if (rows.some(({ passed }) => passed === false)) process.exitCode = 1
