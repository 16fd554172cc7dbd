import type {
  Journal,
  SagaBuilderOptions,
  SagaOrchestratorBuilder,
  SagaRecord,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine, type InProcessEngineOptions } from 'nestjs-saga-orchestrator/in-process';
import { MemoryJournal } from '../../../lib/journals/memory/index.js';
import { settle } from '../../support/manual-clock.js';
import { order, Shop, type OrderContext } from '../../support/shop.js';

/** A shop whose sagas are kept in a journal, by one engine at a time: its process. */
export class JournaledShop extends Shop {
  readonly journal: Journal;
  engine: InProcessEngine;
  readonly #options: Partial<InProcessEngineOptions>;

  constructor(options: Partial<InProcessEngineOptions> = {}) {
    super();
    this.#options = options;
    this.journal = options.journal ?? new MemoryJournal(() => this.clock.now());
    this.engine = this.process();
  }

  /** Another process on the same journal. */
  process(): InProcessEngine {
    return new InProcessEngine({
      logger: this.logger,
      environment: this.environment,
      observers: [{ onRecord: (_: unknown, record: SagaRecord) => this.records.push(record) }],
      ...this.#options,
      journal: this.journal,
    });
  }

  /** This process stops as a deploy stops it, and another one takes its place. */
  async redeploy(): Promise<void> {
    await this.clock.until(this.engine.close());
    this.engine = this.process();
  }

  override saga(
    options: SagaBuilderOptions = {},
    context: OrderContext = order(),
  ): SagaOrchestratorBuilder<OrderContext> {
    return super.saga({ host: this.engine, ...options }, context);
  }

  async status(id: string): Promise<string | undefined> {
    return (await this.engine.get({ name: 'PlaceOrder', id }))?.status;
  }
}

/** A participant that answers when the test says so. */
export function gate(): { readonly does: () => Promise<unknown>; open(value?: unknown): void } {
  let open: (value?: unknown) => void = () => undefined;
  const opened = new Promise((resolve) => (open = resolve));
  return { does: () => opened, open: (value) => open(value) };
}

/** From here on an append waits: `next` lets the oldest through, `all` every one that ever comes. */
export function heldAppends(journal: Journal) {
  const waiting: (() => void)[] = [];
  const append = journal.append.bind(journal);
  const held = jest.spyOn(journal, 'append').mockImplementation(async (batch) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return append(batch);
  });
  const next = async (): Promise<void> => {
    waiting.shift()?.();
    await settle();
  };
  const all = async (): Promise<void> => {
    held.mockRestore();
    while (waiting.length > 0) await next();
  };
  return { next, all };
}

/** The order o-1, as any process may ask for it; its Charge answers when the test says so. */
export function heldOrder(shop: JournaledShop) {
  const { does, open } = gate();
  const chain = (host = shop.engine) =>
    shop.saga({ id: 'o-1', host }).step(shop.step('Charge', { does: [does] }));
  return { chain, open };
}
