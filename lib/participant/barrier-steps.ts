import {
  jsonCodec,
  SagaBlockedError,
  type BarrierAction,
  type StepBarrier,
} from '../core/index.js';
import { goneMeanwhile, type BarrierTable } from './barrier-table.js';

function decoded(text: string | null): unknown {
  return text === null ? undefined : jsonCodec.decode(text);
}

/** The barrier before steps of sagas that run in this very service. */
export class BarrierSteps implements StepBarrier {
  constructor(private readonly table: BarrierTable) {}

  run(action: BarrierAction, work: (tx: unknown) => Promise<unknown>): Promise<unknown> {
    const { key } = action;
    return this.table.run(async (rows, tx) => {
      if (await rows.begin(action)) {
        const text = jsonCodec.encode(await work(tx));
        await rows.keep(key, 'do', text);
        return decoded(text);
      }
      const row = await rows.read(key, 'do');
      if (row === undefined) throw goneMeanwhile();
      if (row.ran) return decoded(row.result);
      throw new SagaBlockedError(
        `SAGA_BLOCKED: ${key} was given up before it came, so that it must not run any more`,
      );
    });
  }

  undo(key: string, work: (tx: unknown) => Promise<unknown>): Promise<void> {
    return this.table.run(async (rows, tx) => {
      const hasRun = !(await rows.block(key));
      if ((await rows.insert(hasRun ? 'undo' : 'nullUndo', key)) && hasRun) await work(tx);
    });
  }

  settle(action: BarrierAction): Promise<{ readonly result: unknown } | undefined> {
    return this.table.run(async (rows) => {
      const { ran, result } = await rows.settle(action);
      return ran ? { result: decoded(result) } : undefined;
    });
  }
}
