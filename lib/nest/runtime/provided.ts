import type { InjectionToken } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { SagaOptionsError } from '../../core/index.js';
import { refuseProblems, shown } from '../../core/engine/index.js';

/** A token, and not the thing itself: that is an object. */
export function isToken(given: unknown): given is InjectionToken {
  return ['string', 'symbol', 'function'].includes(typeof given);
}

function shownToken(token: InjectionToken): string {
  return typeof token === 'function' ? token.name : shown(token);
}

/** What an option names by the token of a provider. */
interface Wanted {
  readonly option: string;
  readonly remedy: string;
  /** What is wrong with what is provided, which is called so. */
  problem(what: string, found: unknown): string | undefined;
}

/** What a provider of the application is, in whichever module: the engine may be made before it is. */
export class Provided<T> {
  #found: T | undefined;

  constructor(
    private readonly token: InjectionToken<T>,
    private readonly modules: ModuleRef,
    private readonly wanted: Wanted,
  ) {}

  /** @throws SagaOptionsError when nobody provides it, or what is provided is another thing */
  get value(): T {
    return (this.#found ??= this.#find());
  }

  #find(): T {
    const found = this.#provided();
    const { wanted } = this;
    const what = `${wanted.option}, which the provider ${shownToken(this.token)} is,`;
    refuseProblems([wanted.problem(what, found)]);
    return found;
  }

  #provided(): T {
    const { option, remedy } = this.wanted;
    try {
      return this.modules.get(this.token, { strict: false });
    } catch (cause) {
      throw new SagaOptionsError(
        `${option} names the provider ${shownToken(this.token)}, which cannot be had: ${remedy}`,
        { cause },
      );
    }
  }
}
