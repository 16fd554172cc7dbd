import { MemoryJournal } from '../../../lib/journals/memory/index.js';
import { describeNames } from './describe-names.js';

describe('names in memory', () => describeNames(() => new MemoryJournal()));
