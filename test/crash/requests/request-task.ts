import type { SagaAct } from 'nestjs-saga-orchestrator/core';
import type { StoreConfig } from '../stores.js';

/** What is asked for: of a saga that is parked while compensating, of one at work, of one at rest. */
export type Asked = 'retry-compensation' | 'cancel' | 'forget';

export const ASKED: readonly Asked[] = ['retry-compensation', 'cancel', 'forget'];

/** Where the process dies that asks, and the one that carries it out. */
export const PLACES = {
  ask: ['before the request', 'after the request'],
  work: ['after the take', 'before the act', 'after the act', 'before the end', 'after the end'],
} as const;

export type Place = (typeof PLACES)[keyof typeof PLACES][number];

/** One saga, of an application of its own, and where a process of it dies. */
export interface RequestTask {
  readonly store: StoreConfig;
  readonly directory: string;
  readonly leaseMs: number;
  readonly application: string;
  readonly asked: Asked;
  readonly role: keyof typeof PLACES;
  readonly place: Place;
  /** Broken on purpose: its audit does not tell what was done. */
  readonly twin?: 'forgetful';
}

export const REF = { name: 'Parcel', id: 'parcel-1' } as const;
export const WHY = { by: 'eve', reason: 'ticket 4711', origin: 'cli' } as const;

export const actOf = ({ asked }: RequestTask): SagaAct => ({ act: asked });
