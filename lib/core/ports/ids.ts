import { randomUUID } from 'node:crypto';

/** Makes the id of a saga that was started without one. */
export type IdGenerator = () => string;

/** What tells two lives of one id apart: random, whatever ids an environment makes. */
export function newBirth(): string {
  return randomUUID().slice(24);
}

/**
 * UUIDs of version 7, which begin with the time (RFC 9562). Sagas that start together stand together
 * in the indices of a store: with random ids each of them would write a page of its own.
 */
export const timeOrderedIds: IdGenerator = () => {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
};
