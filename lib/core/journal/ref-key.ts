import type { SagaRef } from './saga-ref.js';

/** A saga's ref as one text that no other has, whatever characters its parts hold. */
export function refKey({ application, name, id }: SagaRef): string {
  const named = `${name.length} ${name}${id}`;
  if (application === undefined || application === '') return named;
  return `${application.length}/${application} ${named}`;
}
