import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { dataFolder } from './data-folder.js';
import { DurableMap } from './durable-map.js';

/** What a service keeps by key. A `Map` will do where nothing has to survive. */
export interface Shelf<T> {
  readonly size: number;
  get(key: string): T | undefined;
  values(): Iterable<T>;
  set(key: string, value: T): unknown;
}

/** Where the three services keep what they know, so that it survives a crash like the sagas do. */
@Injectable()
export class Storage {
  readonly #folder = dataFolder();

  shelf<T>(name: string): Shelf<T> {
    return new DurableMap<T>(join(this.#folder, `${name}.jsonl`));
  }
}
