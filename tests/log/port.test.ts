import { openMemoryLog } from '../../src/log/memory-log.ts'
import { describeLogPort } from './contract.ts'
import { newDir, open } from './logs.ts'

describeLogPort('in files', () => open(newDir()))
describeLogPort('in memory', () => openMemoryLog())
