import type { EngineSettings, SagaDefinition, SagaEngine } from '../../core/index.js';
import type { EngineTrace } from './participants.js';
import { Watcher } from './watcher.js';
import { World } from './world.js';

/** Settings of an engine that a case looks through: to be passed on to it as they are. */
export type EngineWatching = Pick<
  EngineSettings,
  'observers' | 'interceptors' | 'startHeaders' | 'codec'
>;

/** One engine under test, and what a case needs to know of the outside. Time is real. */
export interface EngineHarness {
  /**
   * An engine that knows these plans, in the place of the one before it, as after a deploy. Not opened
   * yet; the case closes one before it asks for the next.
   */
  engine(definitions: readonly SagaDefinition[], watching: EngineWatching): SagaEngine;
  /** Judges what was seen of one saga, with an oracle of the tests' own. Throws when it was wrong. */
  judge?(definition: SagaDefinition, trace: EngineTrace): void;
  /** Deletes everything, after every engine was closed. */
  dispose(): Promise<void>;
}

/** Makes a place of its own for every case. */
export type EngineHarnessFactory = () => EngineHarness | Promise<EngineHarness>;

/** One rule that every engine keeps. */
export interface EngineContractCase {
  /** The rule. */
  readonly name: string;
  /** Rejects with an `AssertionError` when the engine breaks it. */
  run(factory: EngineHarnessFactory): Promise<void>;
}

/** What a case sees. */
export interface Stage {
  readonly world: World;
  /** What it is told depends on the options that the case gives to its engines. */
  readonly watcher: Watcher;
  /** An opened engine, in the place of the one before, which is closed. */
  deploy(...definitions: readonly SagaDefinition[]): Promise<SagaEngine>;
}

/** A case that always closes its engines, and lets the harness judge all that its sagas did. */
export function engineCase(
  name: string,
  prove: (stage: Stage) => Promise<void>,
  watchedBy?: (watcher: Watcher) => EngineWatching,
): EngineContractCase {
  const run = async (factory: EngineHarnessFactory): Promise<void> => {
    const harness = await factory();
    const world = new World();
    const watcher = new Watcher();
    const watching = watchedBy?.(watcher);
    let engine: SagaEngine | undefined;
    const deploy = async (...definitions: readonly SagaDefinition[]): Promise<SagaEngine> => {
      await engine?.close();
      engine = harness.engine(definitions, {
        ...watching,
        observers: [world, ...(watching?.observers ?? [])],
      });
      for (const definition of definitions) engine.register(definition);
      await engine.open();
      await engine.recover();
      return engine;
    };
    try {
      await prove({ world, watcher, deploy });
      for (const { definition, trace } of world.sagas) {
        if (trace.length > 0) harness.judge?.(definition, trace);
      }
    } finally {
      await engine?.close();
      await harness.dispose();
    }
  };
  return { name, run };
}
