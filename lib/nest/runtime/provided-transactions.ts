import type { InjectionToken, OnModuleInit } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { methodsProblem } from '../../core/definition/index.js';
import { refuseProblems, shown } from '../../core/engine/index.js';
import { SagaOptionsError, type SagaTransaction, type SagaTransactions } from '../../core/index.js';

/** A token, and no transactions: an object with run and use is these. */
export function isToken(transactions: unknown): transactions is InjectionToken<SagaTransactions> {
  return ['string', 'symbol', 'function'].includes(typeof transactions);
}

function shownToken(token: InjectionToken): string {
  return typeof token === 'function' ? token.name : shown(token);
}

/** Transactions that a provider of the application is, in whichever module: the engine may be made before it is. */
export class ProvidedTransactions implements SagaTransactions, OnModuleInit {
  #found: SagaTransactions | undefined;

  constructor(
    private readonly token: InjectionToken<SagaTransactions>,
    private readonly modules: ModuleRef,
  ) {}

  /** @throws SagaOptionsError when nobody provides them, or what is provided are none */
  onModuleInit(): void {
    this.#found ??= this.#find();
  }

  run<T>(...args: Parameters<SagaTransactions['run']>): Promise<T> {
    return this.#transactions.run(...args) as Promise<T>;
  }

  get timeoutMs(): number | undefined {
    return this.#transactions.timeoutMs;
  }

  use(tx: unknown): SagaTransaction {
    return this.#transactions.use(tx);
  }

  get #transactions(): SagaTransactions {
    return (this.#found ??= this.#find());
  }

  #find(): SagaTransactions {
    const found = this.#provided();
    const what = `transactions, which the provider ${shownToken(this.token)} is,`;
    const rule = 'an object with run and use, as fromPg(pool) of ./transactions makes one';
    refuseProblems([methodsProblem(what, found, ['run', 'use'], rule)]);
    return found;
  }

  #provided(): SagaTransactions {
    try {
      return this.modules.get(this.token, { strict: false });
    } catch (cause) {
      throw new SagaOptionsError(
        `transactions names the provider ${shownToken(this.token)}, which cannot be had: provide it once, in any module, as in ` +
          '{ provide: …, inject: [DataSource], useFactory: fromTypeOrm }, or give the transactions themselves',
        { cause },
      );
    }
  }
}
