import {
  SagaBlockedError,
  type BarrierAction,
  type PayloadCodec,
  type StepBarrier,
  type UndoneAction,
} from '../core/index.js';
import { known, type BarrierTable } from './barrier-table.js';

/** The barrier before steps of sagas that run in this very service. */
export class BarrierSteps implements StepBarrier {
  constructor(
    private readonly table: BarrierTable,
    private readonly codecOf: (key: string) => PayloadCodec,
  ) {}

  run(action: BarrierAction, work: (tx: unknown) => Promise<string>): Promise<string> {
    const { key } = action;
    return this.table.run(async (rows, tx) => {
      if (await rows.begin(action)) {
        const text = await work(tx);
        await rows.keep(key, 'do', text);
        return text;
      }
      const { ran, result } = known(await rows.read(key, 'do'));
      if (ran) return String(result);
      throw new SagaBlockedError(
        `SAGA_BLOCKED: ${key} was given up before it came, so that it must not run any more`,
      );
    });
  }

  undo(action: UndoneAction, work: (tx: unknown) => Promise<unknown>): Promise<void> {
    const { key } = action;
    return this.table.run(async (rows, tx) => {
      const isBlocked = await rows.block(key);
      const hasRun = !isBlocked || action.hasRun;
      if ((await rows.insert(hasRun ? 'undo' : 'nullUndo', key)) && hasRun) await work(tx);
    });
  }

  settle(action: BarrierAction): Promise<string | undefined> {
    return this.table.run(async (rows) => {
      const { ran, result } = await rows.settle(action);
      return ran ? String(result) : undefined;
    });
  }

  read(key: string, text: string): unknown {
    return this.codecOf(key).decode(text);
  }
}
