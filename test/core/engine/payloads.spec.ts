import { MemoryJournal } from '../../../lib/journals/memory/index.js';
import { describePayloads } from './describe-payloads.js';

describe('payloads in memory', () => describePayloads(() => new MemoryJournal()));
