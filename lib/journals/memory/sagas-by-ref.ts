import type { SagaRef } from '../../core/index.js';
import type { KeptSaga } from './kept-saga.js';

/** The sagas of one name, by id, in the order of their creation. */
type Namesakes = Map<string, KeptSaga>;

/** All sagas of one journal. Found part by part: a text of the whole ref would be made with each append. */
export class SagasByRef {
  readonly #byApplication = new Map<string, Map<string, Namesakes>>();

  get({ application = '', name, id }: SagaRef): KeptSaga | undefined {
    return this.#byApplication.get(application)?.get(name)?.get(id);
  }

  add(saga: KeptSaga): void {
    const { application, name, id } = saga;
    const byName = this.#byApplication.get(application) ?? new Map<string, Namesakes>();
    const namesakes = byName.get(name) ?? new Map<string, KeptSaga>();
    namesakes.set(id, saga);
    byName.set(name, namesakes);
    this.#byApplication.set(application, byName);
  }

  delete({ application = '', name, id }: SagaRef): void {
    const byName = this.#byApplication.get(application);
    const namesakes = byName?.get(name);
    namesakes?.delete(id);
    // Names may be made as sagas are, too.
    if (namesakes?.size === 0) byName?.delete(name);
  }

  /** In the order of their creation. */
  get all(): readonly KeptSaga[] {
    const named = [...this.#byApplication.values()].flatMap((byName) => [...byName.values()]);
    const sagas = named.flatMap((namesakes) => [...namesakes.values()]);
    return named.length > 1 ? sagas.sort((a, b) => a.ordinal - b.ordinal) : sagas;
  }
}
