import type { SagaRecord } from 'nestjs-saga-orchestrator/core';
import type { Trace, TraceEntry } from '../support/trace.js';
import type { History } from './history.js';

/**
 * What was seen of a saga, in the order in which it took place, from two witnesses: the ledger has
 * the calls and what was acknowledged, the journal has the records. One that is durable and was not
 * acknowledged any more was written by the process that died next.
 */
export function traceOf({ records, lines }: History): Trace {
  const trace: TraceEntry[] = [];
  let next = 0;
  const recordsBefore = (seq: number): void => {
    for (; next < records.length && (records[next]?.seq ?? 0) < seq; next += 1) {
      const { seq: at, epoch, head } = records[next] as (typeof records)[number];
      trace.push({ kind: 'record', record: JSON.parse(head) as SagaRecord, seq: at, epoch });
    }
  };
  lines.forEach((line, index) => {
    switch (line.kind) {
      case 'process': {
        if (index === 0) break;
        const acked = lines.slice(index).find((later) => later.kind === 'acked');
        if (acked?.kind === 'acked') recordsBefore(acked.seq);
        else recordsBefore(Infinity);
        trace.push({ kind: 'crash' });
        break;
      }
      case 'acked':
        recordsBefore(line.seq + 1);
        break;
      case 'told':
        if (line.act === 'cancel' && line.answer === 'accepted') {
          trace.push({ kind: 'cancel-accepted' });
        }
        break;
      case 'call':
      case 'effect':
      case 'return':
        trace.push(line);
        break;
      default:
    }
  });
  recordsBefore(Infinity);
  return trace;
}
