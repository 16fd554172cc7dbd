import { randomUUID } from 'node:crypto';

/** Makes the id of a saga that was started without one. */
export type IdGenerator = () => string;

export const randomIds: IdGenerator = () => randomUUID();
