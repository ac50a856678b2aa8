/**
 * An emulator with a large trade bill, made while it is sent: `node bill-gateway.ts DAY ROWS`. Prints one line of JSON
 * once it listens; ends when its parent goes away.
 */
import { createEmulator } from '../lib/emulator/index.js'

const [day = '2024-01-01', rows = '1000'] = process.argv.slice(2)
const emulator = await createEmulator()
const bytes = await emulator.fillBill(day, Number(rows))
process.send?.({ merchant: emulator.merchant, bytes })
process.once('disconnect', () => void emulator.close())
