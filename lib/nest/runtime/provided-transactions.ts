import type { InjectionToken, OnModuleInit } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { methodsProblem } from '../../core/definition/index.js';
import type { SagaTransaction, SagaTransactions } from '../../core/index.js';
import { Provided } from './provided.js';

const WANTED = {
  option: 'transactions',
  remedy:
    'provide it once, in any module, as in { provide: …, inject: [DataSource], useFactory: fromTypeOrm }, or give the transactions ' +
    'themselves',
  problem: (what: string, found: unknown) => {
    const rule = 'an object with run and use, as fromPg(pool) of ./transactions makes one';
    return methodsProblem(what, found, ['run', 'use'], rule);
  },
};

/** Transactions that a provider of the application is. */
export class ProvidedTransactions implements SagaTransactions, OnModuleInit {
  readonly #provided: Provided<SagaTransactions>;

  constructor(token: InjectionToken<SagaTransactions>, modules: ModuleRef) {
    this.#provided = new Provided(token, modules, WANTED);
  }

  onModuleInit(): void {
    void this.#provided.value;
  }

  run<T>(...args: Parameters<SagaTransactions['run']>): Promise<T> {
    return this.#provided.value.run(...args) as Promise<T>;
  }

  get timeoutMs(): number | undefined {
    return this.#provided.value.timeoutMs;
  }

  use(tx: unknown): SagaTransaction {
    return this.#provided.value.use(tx);
  }
}
