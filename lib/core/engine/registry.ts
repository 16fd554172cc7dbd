import { definitionProblem, refuseProblems, type SagaDefinition } from '../definition/index.js';
import { SagaDefinitionError, SagaNotFoundError } from '../errors/index.js';
import { quoted } from '../ports/index.js';

/** The definitions that an engine knows: by name, then by version. */
export class DefinitionRegistry {
  readonly #byName = new Map<string, Map<number, SagaDefinition>>();

  /**
   * The same definition may come again. Another one with the same steps may not: its functions differ,
   * and it could not be told which of the two runs after a crash.
   *
   * @throws SagaDefinitionError when another definition has that name and version; SagaOptionsError for
   * what is no definition.
   */
  register(definition: SagaDefinition): void {
    refuseProblems([definitionProblem('what is registered', definition)]);
    const { name, version } = definition;
    const versions = this.#byName.get(name) ?? new Map<number, SagaDefinition>();
    const known = versions.get(version);
    if (known !== undefined && known !== definition) {
      const steps = known.fingerprint === definition.fingerprint ? 'the same' : 'other';
      throw new SagaDefinitionError(name, [
        `version ${version} is registered already, with ${steps} steps; define a saga once and share ` +
          'what define() gives, or give one of them another name or version',
      ]);
    }
    versions.set(version, definition);
    this.#byName.set(name, versions);
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  get all(): readonly SagaDefinition[] {
    return [...this.#byName.values()].flatMap((versions) => [...versions.values()]);
  }

  /** That version, or else the newest one, which still finds the steps by their labels. */
  find(name: string, version?: number): SagaDefinition | undefined {
    const versions = this.#byName.get(name);
    if (versions === undefined) return undefined;
    const exact = version === undefined ? undefined : versions.get(version);
    return exact ?? versions.get(Math.max(...versions.keys()));
  }

  /** Whether this very plan is registered. */
  knows({ name, version, fingerprint }: SagaDefinition): boolean {
    return this.#byName.get(name)?.get(version)?.fingerprint === fingerprint;
  }

  /** @throws SagaNotFoundError naming the known ones. */
  get(name: string, version?: number): SagaDefinition {
    const found = this.find(name, version);
    if (found !== undefined) return found;
    const known = this.names.map((other) => quoted(other)).join(', ');
    throw new SagaNotFoundError(`No saga is named ${quoted(name)}; known are: ${known || 'none'}`);
  }
}
